# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors merge by name, whatever the architecture: small random models of many kinds, two of each merged, must be the plain
mean and load in transformers with no weight missing or unknown; stacks of layers must bring their lists in config.json along.
Environment eval.

    build/peers/eval/bin/python tests/peers/compare_architectures.py [KIND…]
"""

import shared  # isort: skip

import json
import sys
import tempfile
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file

TEXT = dict(vocab_size=96, hidden_size=32, intermediate_size=64, num_hidden_layers=4, num_attention_heads=4,
            num_key_value_heads=2, head_dim=8, max_position_embeddings=64)
VISION = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, image_size=16, patch_size=8)
ENCODER_DECODER = dict(vocab_size=96, d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
                       decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64)
# kind: (model class, config class, its numbers)
KINDS = {
    "t5": ("T5ForConditionalGeneration", "T5Config", dict(vocab_size=96, d_model=32, d_kv=8, d_ff=64, num_layers=2, num_heads=4)),
    "whisper": ("WhisperForConditionalGeneration", "WhisperConfig",
                dict(ENCODER_DECODER, num_mel_bins=16, max_source_positions=32, max_target_positions=32, pad_token_id=0,
                     bos_token_id=1, eos_token_id=2, decoder_start_token_id=3, suppress_tokens=None,
                     begin_suppress_tokens=None)),
    "bert": ("BertForMaskedLM", "BertConfig", dict(vocab_size=96, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
                                                   num_attention_heads=4)),
    "llava": ("LlavaForConditionalGeneration", "LlavaConfig",
              dict(text_config=dict(TEXT, model_type="llama"), vision_config=dict(VISION, model_type="clip_vision_model"),
                   image_token_index=95)),
    "vit": ("ViTForImageClassification", "ViTConfig", VISION),
    "mixtral": ("MixtralForCausalLM", "MixtralConfig", dict(TEXT, num_local_experts=4, num_experts_per_tok=2)),
    "qwen3 moe": ("Qwen3MoeForCausalLM", "Qwen3MoeConfig", dict(TEXT, num_experts=4, num_experts_per_tok=2,
                                                                moe_intermediate_size=16)),
    "gpt2": ("GPT2LMHeadModel", "GPT2Config", dict(vocab_size=96, n_embd=32, n_layer=2, n_head=4, n_positions=64)),
    "mamba": ("MambaForCausalLM", "MambaConfig", dict(vocab_size=96, hidden_size=32, num_hidden_layers=2)),
    "gemma3": ("Gemma3ForCausalLM", "Gemma3TextConfig",
               dict(TEXT, sliding_window=16, layer_types=["sliding_attention", "full_attention"] * 2)),
    "llama, tied": ("LlamaForCausalLM", "LlamaConfig", dict(TEXT, tie_word_embeddings=True)),
    "llama, untied": ("LlamaForCausalLM", "LlamaConfig", dict(TEXT, tie_word_embeddings=False)),
}
SHARES = (0.7, 0.3)


def write(folder, kind, seed):
    model_class, config_class, numbers = KINDS[kind]
    torch.manual_seed(seed)
    model = getattr(transformers, model_class)(getattr(transformers, config_class)(**numbers))
    # What is drawn is drawn again: some kinds begin with the same numbers for every seed.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape))
    model.float().save_pretrained(folder)
    return load_file(folder / "model.safetensors")


def loads(folder, kind):
    """What transformers misses or does not know in a folder."""
    model_class = getattr(transformers, KINDS[kind][0])
    _, info = model_class.from_pretrained(folder, output_loading_info=True)
    return sorted({*info["missing_keys"], *info["unexpected_keys"], *info["mismatched_keys"]})


def merge(folder, recipe, out):
    (folder / "recipe.yaml").write_text(recipe)
    shared.run_tsugi("merge", folder / "recipe.yaml", folder / out, "--quiet")
    return load_file(folder / out / "model.safetensors")


def compare_mean(folder, kind, table):
    a, b = write(folder / "a", kind, 1), write(folder / "b", kind, 2)
    merged = merge(folder, "merge_method: linear\ndtype: float32\nmodels:\n" + "".join(
        f"- {{model: ./{name}, parameters: {{weight: {share}}}}}\n" for name, share in zip("ab", SHARES)), "mean")
    if merged.keys() != a.keys():
        return table.line(kind, "plain mean", "same names", str(sorted(merged.keys() ^ a.keys())[:2]), False)
    worst = 0.0
    for name, tensor in merged.items():
        if tensor.is_floating_point():
            expected = (SHARES[0] * a[name].double() + SHARES[1] * b[name].double()).float()
            worst = max(worst, ((tensor - expected).abs().max() / expected.abs().max()).item())
        elif not torch.equal(tensor, a[name]):
            worst = torch.inf
    wrong = loads(folder / "mean", kind)
    # Three roundings of f32, 2^-24 each: two products and their sum.
    table.line(f"{kind}: mean of two", "transformers", "2e-07", f"{worst:.1e}", worst <= 2e-7 and not wrong,
               f"{len(merged)} tensors, loads whole" if not wrong else f"{wrong[:2]}")


def compare_stack(folder, table):
    """Layers 0, 1, 0, 1, 2, 3 of a model whose config has a kind for each layer."""
    kind = "gemma3"
    a = write(folder / "a", kind, 1)
    merged = merge(folder, "merge_method: passthrough\ndtype: float32\nslices:\n"
                   "- sources: [{model: ./a, layer_range: [0, 2]}]\n- sources: [{model: ./a, layer_range: [1, 4]}]\n", "stack")
    config = json.loads((folder / "stack" / "config.json").read_text())
    wanted = [KINDS[kind][2]["layer_types"][layer] for layer in (0, 1, 1, 2, 3)]
    name = "model.layers.{}.mlp.up_proj.weight"
    moved = all(torch.equal(merged[name.format(to)], a[name.format(layer)]) for to, layer in enumerate((0, 1, 1, 2, 3)))
    wrong = loads(folder / "stack", kind)
    passed = config["layer_types"] == wanted and config["num_hidden_layers"] == len(wanted) and moved and not wrong
    table.line(f"{kind}: five layers of four", "transformers", "loads whole", "as wanted" if passed else "not so", passed,
               "" if passed else f"{config['layer_types']} {wrong[:2]}")


def main():
    table = shared.Table()
    for kind in sys.argv[1:] or KINDS:
        with tempfile.TemporaryDirectory() as folder:
            compare_mean(Path(folder), kind, table)
    if not sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            compare_stack(Path(folder), table)
    table.end()


if __name__ == "__main__":
    main()
