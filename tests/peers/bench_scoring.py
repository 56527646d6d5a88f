# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""How much faster than lm-evaluation-harness, transformers and llama.cpp: scoring, start-up left out on both sides.

    build/peers/eval/bin/python tests/peers/bench_scoring.py [--items 500] [--batch 1 32 64] [--llama FOLDER]

Items: generated answers of a bundled expert (stored in bf16) on both cores by `tsugi eval`, in bf16 and in f32, and by the harness with
the model in memory, at the fastest of its types and batch sizes; the time of few items is subtracted from that of many. Tokens: prefill of 512-token sequences and greedy
decoding of 64 sequences by transformers, in f32 and, where the processor has it, bf16, on a random model of SmolLM2-135M's shape, beside build/…/bench_engine
(BENCH names the program; configure with -DTSUGI_BENCH=ON) on one of the same shape. FOLDER holds llama-bench and
llama-batched-bench (README.md says how to build them): the same on SmolLM2-135M as a BF16 and as an F16 file.
"""

import shared  # isort: skip
import argparse
import contextlib
import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

FEW = 20
CORES = len(os.sched_getaffinity(0))


def seconds(run, times=3):
    """The fastest of some runs."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    return best


def tsugi_items(items, dtype):
    def run(limit):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([shared.program(), "eval", shared.POCKET / "math", "--tasks", "pocket_math_ja", "--include_path",
                            shared.TASKS, "--dtype", dtype, "--limit", str(limit), "--output_path", Path(folder) / "out.json"],
                           check=True, capture_output=True)

    run(items)  # warm
    return (items - FEW) / (seconds(lambda: run(items)) - seconds(lambda: run(FEW)))


def harness_items(items, dtype, batch):
    import lm_eval
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    model = HFLM(pretrained=str(shared.POCKET / "math"), dtype=dtype, device="cpu", batch_size=batch)

    def run(limit):
        with contextlib.chdir(shared.TASKS):
            lm_eval.simple_evaluate(model=model, tasks=["pocket_math_ja"], limit=limit, bootstrap_iters=0,
                                    task_manager=TaskManager(include_path=".", include_defaults=False))

    run(FEW)
    return (items - FEW) / (seconds(lambda: run(items), 1) - seconds(lambda: run(FEW), 1))


def transformers_tokens(dtype):
    """(prefill, decode) in tokens a second."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
                         num_key_value_heads=3, max_position_embeddings=2048, tie_word_embeddings=True)
    torch.manual_seed(0)
    model = LlamaForCausalLM(config).to(dtype).eval()
    tokens = torch.randint(0, 49152, (8, 512))
    prompts = torch.randint(0, 49152, (64, 240))
    with torch.inference_mode():
        model(tokens[:1], logits_to_keep=1)
        prefill = tokens.numel() / seconds(lambda: model(tokens, logits_to_keep=1))
        cache = model(prompts, use_cache=True, logits_to_keep=1)
        step, past, count = cache.logits[:, -1:].argmax(-1), cache.past_key_values, 32
        start = time.perf_counter()
        for _ in range(count):  # from 240 to 272 tokens of context
            out = model(step, past_key_values=past, use_cache=True)
            step, past = out.logits[:, -1:].argmax(-1), out.past_key_values
        decode = 64 * count / (time.perf_counter() - start)
    return prefill, decode


def llama_tokens(programs, kind):
    """(prefill, decode) in tokens a second, by the fastest of some batch sizes."""
    from compare_smollm2 import gguf_file

    def lines(program, *arguments):
        text = subprocess.run([programs / program, "-m", model, "-t", str(CORES), *map(str, arguments)], check=True,
                              capture_output=True, text=True).stdout
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    with tempfile.TemporaryDirectory() as folder:
        recipe = Path(folder) / "recipe.yaml"
        recipe.write_text(f"merge_method: passthrough\nmodels: [{{model: {gguf_file()}}}]\n")
        model = Path(folder) / "smollm2.gguf"
        shared.run_tsugi("merge", recipe, model, "--quiet", "--gguf-type", kind)
        prefill = max(run["avg_ts"] for batch in (512, 2048)
                      for run in lines("llama-bench", "-p", batch, "-n", 0, "-ub", batch, "-b", 2048, "-r", 5, "-o", "jsonl"))
        decode = max(run["speed_tg"] for batch in (64, 512)  # from 240 to 272 tokens of context, as below
                     for run in lines("llama-batched-bench", "-c", 64 * 288, "-b", 2048, "-ub", batch, "-npp", 240, "-ntg", 32,
                                      "-npl", 64, "--output-format", "jsonl"))
    return prefill, decode


def engine_tokens():
    bench = Path(os.environ.get("BENCH", shared.ROOT / "build" / "release" / "tests" / "bench" / "bench_engine"))
    figures = []
    for case in ("prefill", "decode"):
        text = subprocess.run([bench, "--model", "smollm2", "--only", case], check=True, capture_output=True, text=True).stdout
        figures.append(float(re.search(r"([0-9]+) tokens/s", text).group(1)))
        print(text.splitlines()[-1].strip(), flush=True)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 32, 64])
    parser.add_argument("--no-engine", action="store_true")
    parser.add_argument("--no-items", action="store_true")
    parser.add_argument("--llama", type=Path)
    options = parser.parse_args()
    import torch

    torch.set_num_threads(CORES)
    if not options.no_items:
        types = ("bfloat16", "float32")
        ours = {dtype: tsugi_items(options.items, dtype) for dtype in types}
        theirs = {(dtype, batch): harness_items(options.items, dtype, batch) for dtype in types for batch in options.batch}
        (dtype, batch), best = max(theirs.items(), key=lambda entry: entry[1])
        for name, rate in ours.items():
            print(f"{options.items} generated answers: tsugi {rate:.0f} items/s in {name}, harness {best:.1f} ({dtype}, batch "
                  f"{batch}), {rate / best:.1f} times", flush=True)
    if options.no_engine:
        return
    ours = engine_tokens()
    for kind in ("bf16", "f16") if options.llama else ():
        prefill, decode = llama_tokens(options.llama, kind)
        print(f"llama.cpp {kind}: prefill {prefill:.0f} tokens/s ({ours[0] / prefill:.1f} times), "
              f"decode {decode:.0f} ({ours[1] / decode:.1f} times)", flush=True)
    # Where the processor has no products of bf16, transformers had not come to an end after three minutes: no peer.
    bf16 = any(flag in Path("/proc/cpuinfo").read_text() for flag in ("avx512_bf16", "amx_bf16"))
    for name, dtype in (("bf16", torch.bfloat16),) * bf16 + (("f32", torch.float32),):
        prefill, decode = transformers_tokens(dtype)
        print(f"transformers {name}: prefill {prefill:.0f} tokens/s ({ours[0] / prefill:.1f} times), "
              f"decode {decode:.0f} ({ours[1] / decode:.1f} times)", flush=True)


main()
