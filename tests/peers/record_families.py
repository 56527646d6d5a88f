# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/families.{json,safetensors} from transformers (environment eval): a tiny checkpoint of every family the
decoder runs, its logits at every position and its greedy answers.

No weights are stored: each is a function of its tensor's name and its place, which the test computes again (`value_at`).
"""

import shared  # isort: skip
import json
import tempfile
from pathlib import Path

import numpy
import torch
import transformers
from safetensors.numpy import load_file, save_file

SIZES = dict(vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)
EXPERTS = dict(num_experts=6, num_experts_per_tok=2, moe_intermediate_size=20)
LONG = dict(rope_type="longrope", rope_theta=10000.0, short_factor=[1.0, 1.5], long_factor=[2.0, 6.0],
            original_max_position_embeddings=24, partial_rotary_factor=0.5)


def rope(**parameters):
    return {"rope_parameters": {"rope_theta": 10000.0, **parameters}}


# name: (class of the configuration, what it says beside SIZES)
CASES = {
    "llama": ("LlamaConfig", {}),
    "llama.biases": ("LlamaConfig", dict(attention_bias=True, mlp_bias=True, head_dim=12, tie_word_embeddings=True)),
    "llama.llama3": ("LlamaConfig", rope(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                                         original_max_position_embeddings=32)),
    "llama.linear": ("LlamaConfig", rope(rope_type="linear", factor=4.0)),
    "llama.dynamic": ("LlamaConfig", rope(rope_type="dynamic", factor=2.0)),
    "llama.yarn": ("LlamaConfig", rope(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)),
    "mistral": ("MistralConfig", dict(sliding_window=7)),
    "qwen2": ("Qwen2Config", dict(use_sliding_window=True, sliding_window=7, max_window_layers=2)),
    "qwen3": ("Qwen3Config", dict(head_dim=12)),
    "gemma": ("GemmaConfig", dict(head_dim=12)),
    "gemma2": ("Gemma2Config", dict(head_dim=12, sliding_window=7, query_pre_attn_scalar=20, attn_logit_softcapping=4.0,
                                    final_logit_softcapping=6.0)),
    "gemma3": ("Gemma3TextConfig", dict(head_dim=12, sliding_window=7, query_pre_attn_scalar=20, sliding_window_pattern=3)),
    "phi3": ("Phi3Config", dict(sliding_window=9)),
    "phi3.longrope": ("Phi3Config", dict(rope_parameters=LONG, original_max_position_embeddings=24)),
    "olmo2": ("Olmo2Config", {}),
    "smollm3": ("SmolLM3Config", {}),
    "stablelm": ("StableLmConfig", {}),
    "stablelm.parallel": ("StableLmConfig", dict(use_qkv_bias=True, use_parallel_residual=True, rope_parameters={
        "rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5})),
    "gpt_neox": ("GPTNeoXConfig", {}),
    "gpt_neox.serial": ("GPTNeoXConfig", dict(use_parallel_residual=False, attention_bias=False, hidden_act="gelu_fast")),
    "gpt2": ("GPT2Config", dict(n_embd=32, n_layer=4, n_head=4, n_positions=64)),
    "mixtral": ("MixtralConfig", dict(num_local_experts=5, num_experts_per_tok=2)),
    "qwen2_moe": ("Qwen2MoeConfig", dict(EXPERTS, shared_expert_intermediate_size=28, mlp_only_layers=[1])),
    "qwen3_moe": ("Qwen3MoeConfig", dict(EXPERTS, norm_topk_prob=True, head_dim=12, decoder_sparse_step=2)),
}
LENGTHS = (20, 40)  # on both sides of longrope's border, both beyond the windows
NEW_TOKENS = 16


def value_at(name, shape):
    """SplitMix64 of the FNV-1a hash of the name plus the element's number: 24 bits in [-0.5, 0.5), exact in f32."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    with numpy.errstate(over="ignore"):
        x = (numpy.arange(int(numpy.prod(shape)), dtype=numpy.uint64) + numpy.uint64(seed)) * numpy.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        x ^= x >> numpy.uint64(31)
    values = (x >> numpy.uint64(40)).astype(numpy.float32) / numpy.float32(2**24) - numpy.float32(0.5)
    if len(shape) == 1:
        values = values + numpy.float32(name.endswith("weight"))  # gains around one
    return values.reshape(shape)


def tokens(length):
    return [1 + (7 * i * i + 3 * i) % 95 for i in range(length)]


def checkpoint(name, folder):
    kind, settings = CASES[name]
    config = getattr(transformers, kind)(**{**SIZES, **settings})
    transformers.AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    file = folder / "model.safetensors"
    shapes = {key: list(tensor.shape) for key, tensor in load_file(file).items()}
    save_file({key: value_at(key, shape) for key, shape in shapes.items()}, file, metadata={"format": "pt"})
    return json.loads((folder / "config.json").read_text()), shapes


def greedy(model, ids):
    """Ids that follow, and how far the two best logits were apart as a share of the largest."""
    made, gaps = [], []
    for _ in range(NEW_TOKENS):
        logits = model(torch.tensor([ids + made])).logits[0, -1]
        best = torch.topk(logits, 2).values
        gaps.append(float((best[0] - best[1]) / logits.abs().max()))
        made.append(int(logits.argmax()))
    return made, min(gaps)


def main():
    cases, tensors = [], {}
    for name in CASES:
        with tempfile.TemporaryDirectory() as folder, torch.no_grad():
            config, shapes = checkpoint(name, Path(folder))
            model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32,
                                                                      attn_implementation="eager").eval()
            for length in LENGTHS:
                tensors[f"{name}.{length}"] = model(torch.tensor([tokens(length)])).logits[0].numpy()
            # Short enough that no position is beyond longrope's border: there the reference keeps keys of another angle.
            made, gap = greedy(model, tokens(8))
        cases.append({"name": name, "config": config, "shapes": shapes, "greedy": made, "gap": gap})
        print(f"{name:<20} {len(shapes):3} tensors, closest two logits {gap:.1e} of the largest")
    by = f"transformers {transformers.__version__}, float32, eager attention"
    shared.write_json(shared.GOLDEN / "families.json", {"by": by, "prompt": tokens(8),
                                                        "tokens": {str(n): tokens(n) for n in LENGTHS}, "cases": cases}, depth=2)
    save_file(tensors, shared.GOLDEN / "families.safetensors", metadata={"format": "pt"})
    (shared.GOLDEN / "families.safetensors").chmod(0o644)


if __name__ == "__main__":
    main()
