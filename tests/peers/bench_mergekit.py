# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""How much faster than mergekit: whole merges of 1.1-billion-parameter BF16 Llamas, start-up included on both sides.

    build/peers/merge/bin/python tests/peers/bench_mergekit.py [--folder /dev/shm/tsugi-bench] [METHOD…]

Inputs are read from memory-backed storage (warm) and outputs written there; one program runs at a time, and an output is
deleted before the next begins. mergekit runs with its fastest options (--lazy-unpickle, no model card, all threads; no GPU);
tsugi once as it is, and once without the manifest, which hashes all inputs and outputs: mergekit has none.
"""

import shared  # isort: skip
import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import torch
import yaml
from safetensors.torch import save_file
from transformers import LlamaConfig

# TinyLlama's shape: 1.1 billion parameters, 2.2 GB in BF16.
CONFIG = LlamaConfig(vocab_size=32000, hidden_size=2048, intermediate_size=5632, num_hidden_layers=22,
                     num_attention_heads=32, num_key_value_heads=4, max_position_embeddings=2048,
                     architectures=["LlamaForCausalLM"], dtype="bfloat16", tie_word_embeddings=False)
# Three models, the largest output, and what mergekit was seen to hold (12 GB).
NEEDED_GB = 3 * 2.2 + 2.2 + 12


def weighted(*names, **parameters):
    return [{"model": name, "parameters": {"weight": 0.5, **parameters}} for name in names]


def plain(*names):
    return [{"model": name} for name in names]


RECIPES = {
    "linear": dict(models=weighted("a", "b")),
    "slerp": dict(base_model="a", models=plain("b"), parameters=dict(t=0.4)),
    "task_arithmetic": dict(base_model="base", models=weighted("a", "b")),
    "model_stock": dict(base_model="base", models=plain("a", "b")),
    "ties": dict(base_model="base", models=weighted("a", "b", density=0.5)),
    "dare_ties": dict(base_model="base", models=weighted("a", "b", density=0.5)),
    "della": dict(base_model="base", models=weighted("a", "b", density=0.5, epsilon=0.1)),
    "nuslerp": dict(models=weighted("a", "b")),
    "multislerp": dict(models=weighted("a", "b")),
    "karcher": dict(models=plain("a", "b")),
    "dare_linear": dict(base_model="base", models=weighted("a", "b", density=0.5)),
    "della_linear": dict(base_model="base", models=weighted("a", "b", density=0.5, epsilon=0.1)),
    "breadcrumbs": dict(base_model="base", models=weighted("a", "b", density=0.5)),
    "breadcrumbs_ties": dict(base_model="base", models=weighted("a", "b", density=0.5)),
    "sce": dict(base_model="base", models=plain("a", "b"), parameters=dict(select_topk=0.5)),
    "ram": dict(base_model="base", models=plain("a", "b")),
    "ramplus_tl": dict(base_model="base", models=plain("a", "b")),
    "nearswap": dict(base_model="base", models=plain("a"), parameters=dict(t=0.001)),
    "arcee_fusion": dict(base_model="base", models=plain("a")),
    "passthrough": dict(models=plain("a")),
}


def shapes():
    hidden, wide, kv = 2048, 5632, 256
    yield "model.embed_tokens.weight", (32000, hidden)
    for layer in range(CONFIG.num_hidden_layers):
        start = f"model.layers.{layer}"
        for name, shape in (("self_attn.q_proj", (hidden, hidden)), ("self_attn.k_proj", (kv, hidden)),
                            ("self_attn.v_proj", (kv, hidden)), ("self_attn.o_proj", (hidden, hidden)),
                            ("mlp.gate_proj", (wide, hidden)), ("mlp.up_proj", (wide, hidden)),
                            ("mlp.down_proj", (hidden, wide)), ("input_layernorm", (hidden,)),
                            ("post_attention_layernorm", (hidden,))):
            yield f"{start}.{name}.weight", shape
    yield "model.norm.weight", (hidden,)
    yield "lm_head.weight", (32000, hidden)


def generate(folder):
    """base, and a and b a small step away from it, as fine-tuned models are."""
    if (folder / "b" / "model.safetensors").exists():
        return
    generator = torch.Generator().manual_seed(1)
    base = {name: (torch.randn(shape, generator=generator) * 0.02).bfloat16() for name, shape in shapes()}
    for model in ("base", "a", "b"):
        (folder / model).mkdir(parents=True, exist_ok=True)
        CONFIG.save_pretrained(folder / model)
        tensors = base if model == "base" else {
            name: (tensor.float() + torch.randn(tensor.shape, generator=generator) * 0.002).bfloat16()
            for name, tensor in base.items()}
        save_file(tensors, folder / model / "model.safetensors", metadata={"format": "pt"})


def free_gb():
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 1e6
    return 0


def seconds(command, folder):
    shutil.rmtree(folder / "out", ignore_errors=True)
    start = time.monotonic()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    elapsed = time.monotonic() - start
    shutil.rmtree(folder / "out", ignore_errors=True)
    if done.returncode != 0:
        print(f"{command[0]}: exit {done.returncode}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return float("nan")
    return elapsed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm/tsugi-bench"))
    parser.add_argument("--keep", action="store_true", help="leave the generated models for the next call")
    parser.add_argument("methods", nargs="*", default=list(RECIPES))
    options = parser.parse_args()
    if free_gb() < NEEDED_GB and not (options.folder / "b").exists():
        sys.exit(f"{free_gb():.0f} GB of memory are free, {NEEDED_GB:.0f} are needed")
    generate(options.folder)
    mergekit = Path(sys.executable).parent / "mergekit-yaml"
    threads = os.cpu_count() or 1
    print(f"{'method':<18} {'mergekit s':>11} {'tsugi s':>9} {'ratio':>7} {'no manifest s':>14} {'ratio':>7}")
    for method in options.methods:
        recipe = {**RECIPES[method], "merge_method": method, "dtype": "bfloat16"}
        (options.folder / "recipe.yaml").write_text(yaml.safe_dump(recipe))
        ours = [str(shared.program()), "merge", "recipe.yaml", "out", "--quiet"]
        theirs = [str(mergekit), "recipe.yaml", "out", "--lazy-unpickle", "--no-copy-tokenizer", "--no-write-model-card",
                  "--num-threads", str(threads), "--quiet"]
        os.environ["OMP_NUM_THREADS"] = str(threads)  # shared.py asks for one, which suits small models only
        # Ours twice, the faster counts: the first may still be growing the memory-backed storage.
        tsugi, bare = (min(seconds(command, options.folder) for _ in range(2)) for command in (ours, [*ours, "--no-manifest"]))
        peer = seconds(theirs, options.folder)
        print(f"{method:<18} {peer:>11.1f} {tsugi:>9.2f} {peer / tsugi:>7.0f} {bare:>14.2f} {peer / bare:>7.0f}", flush=True)
    if not options.keep:
        shutil.rmtree(options.folder)


if __name__ == "__main__":
    main()
