# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Every family that GGUF is written for: two small random models of it, merged; the folder, in shards, in transformers and
the GGUF in llama.cpp must give the same greedy answers. Environment eval; llama.cpp runs in the environment gguf beside it.

    build/peers/eval/bin/python tests/peers/compare_gguf_families.py [FAMILY…]
"""

import shared  # isort: skip

import shutil
import sys
import tempfile
from pathlib import Path

import peer_transformers
import torch
import transformers
from compare_gguf import llama_answers

QUESTIONS = 10  # of each of two kinds
SMALL = dict(hidden_size=64, intermediate_size=128, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
             head_dim=16, max_position_embeddings=512)
TIED = dict(tie_word_embeddings=True)
# (model class, config class, what it has beside SMALL); names as in docs/gguf.md. gemma2 and gemma3 alternate windows, which
# are shorter than the prompts here, and gemma2 caps its scores.
FAMILIES = {
    "llama": ("LlamaForCausalLM", "LlamaConfig", {}),
    "llama, tied": ("LlamaForCausalLM", "LlamaConfig", TIED),
    "llama, rope of Llama 3": ("LlamaForCausalLM", "LlamaConfig", dict(rope_parameters=dict(
        rope_type="llama3", rope_theta=10000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=64))),
    "mistral": ("MistralForCausalLM", "MistralConfig", dict(sliding_window=None)),
    "qwen2": ("Qwen2ForCausalLM", "Qwen2Config", {}),
    "qwen3": ("Qwen3ForCausalLM", "Qwen3Config", {}),
    "gemma": ("GemmaForCausalLM", "GemmaConfig", TIED),
    "gemma2": ("Gemma2ForCausalLM", "Gemma2Config", dict(TIED, sliding_window=16, query_pre_attn_scalar=16)),
    "gemma3": ("Gemma3ForCausalLM", "Gemma3TextConfig", dict(TIED, sliding_window=16, query_pre_attn_scalar=16)),
}
# Larger than what training starts from, so that the best token stands out: a gap between the two best logits of less than
# what f32 rounds is then improbable.
SPREAD = 0.15


def write(folder, family, seed):
    model_class, config_class, more = FAMILIES[family]
    tokenizer = transformers.AutoTokenizer.from_pretrained(shared.POCKET / "base")
    config = getattr(transformers, config_class)(**{**SMALL, "tie_word_embeddings": False, **more}, vocab_size=len(tokenizer),
                                                 bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
                                                 pad_token_id=tokenizer.pad_token_id)
    torch.manual_seed(seed)
    model = getattr(transformers, model_class)(config).float()
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            # Multiplied by the root of their width, 8, larger ones would drown all else, and the model repeat one token.
            spread = SPREAD / 4 if "embed" in name and family == "gemma" else SPREAD
            parameter.copy_(torch.randn(parameter.shape) * spread + ("norm" in name and "gemma" not in family))
    model.save_pretrained(folder)
    for file in ["tokenizer.json", "tokenizer_config.json"]:
        shutil.copy(shared.POCKET / "base" / file, folder)


def compare(folder, family, table):
    for name, seed in [("a", 1), ("b", 2)]:
        write(folder / name, family, seed)
    recipe = folder / "recipe.yaml"
    recipe.write_text("merge_method: linear\nmodels: [{model: ./a, parameters: {weight: 0.7}}, "
                      "{model: ./b, parameters: {weight: 0.3}}]\ndtype: float32\n")
    shared.run_tsugi("merge", recipe, folder / "whole", "--quiet")
    shared.run_tsugi("merge", recipe, folder / "shards", "--out-shard-size", "100K", "--quiet")
    shared.run_tsugi("merge", recipe, folder / "merged.gguf", "--gguf-type", "f32", "--quiet")
    prompts = [shared.prompt(item) for kind in ["math_en", "math_ja"] for item in shared.items(kind, QUESTIONS)]
    answers = {name: [peer_transformers.greedy(*loaded, prompt) for prompt in prompts]
               for name in ["whole", "shards"] for loaded in [peer_transformers.load(folder / name)]}
    answers["gguf"] = llama_answers(folder / "merged.gguf", prompts, folder)
    distinct = len(set(answers["whole"]))
    for name, peer in [("shards", "transformers"), ("gguf", "llama.cpp")]:
        pairs = list(zip(answers[name], answers["whole"], strict=True))
        equal = sum(a == b for a, b in pairs)
        note = f"{distinct} of them distinct" if equal == len(pairs) else next(repr(pair) for pair in pairs if pair[0] != pair[1])
        table.line(f"{family}: {name}", peer, "equal", f"{equal}/{len(pairs)}", equal == len(pairs) and distinct > 1, note)


def main():
    table = shared.Table()
    for family in sys.argv[1:] or FAMILIES:
        with tempfile.TemporaryDirectory() as folder:
            compare(Path(folder), family, table)
    table.end()


if __name__ == "__main__":
    main()
