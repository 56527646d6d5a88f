#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/adapter/: tiny bases, PEFT adapters trained by no one (random factors) and what PEFT merges.

    build/peers/eval/bin/python tests/peers/make_adapter_golden.py

BASE/                     a model of transformers, f32
BASE/NAME/                an adapter as PEFT saves it
BASE/NAME.safetensors     the tensors of merge_and_unload(), those that differ from the base's
"""
import shutil
from pathlib import Path

import peft
import torch
import transformers
from safetensors.torch import save_file

OUT = Path(__file__).resolve().parent.parent / "golden" / "adapter"


def llama():
    return transformers.LlamaForCausalLM(
        transformers.LlamaConfig(hidden_size=8, intermediate_size=20, num_hidden_layers=2, num_attention_heads=2,
                                 num_key_value_heads=1, vocab_size=18, tie_word_embeddings=False))


def gpt2():
    return transformers.GPT2LMHeadModel(
        transformers.GPT2Config(n_embd=8, n_layer=1, n_head=2, n_positions=8, vocab_size=18, bos_token_id=0, eos_token_id=0))


ADAPTERS = {
    "llama": (llama, {
        "lora": dict(r=4, lora_alpha=16, target_modules=["q_proj", "v_proj", "up_proj"],
                     rank_pattern={"q_proj": 2}, alpha_pattern={"layers.0.mlp.up_proj": 3, "v_pr.j": 5}),
        "rslora": dict(r=4, lora_alpha=16, use_rslora=True, target_modules=["k_proj", "embed_tokens"],
                       modules_to_save=["lm_head", "norm"]),
        "dora": dict(r=3, lora_alpha=6, use_dora=True, target_modules=["o_proj", "down_proj", "embed_tokens"]),
    }),
    "gpt2": (gpt2, {
        "lora": dict(r=4, lora_alpha=8, fan_in_fan_out=True, target_modules=["c_attn", "c_proj", "c_fc"],
                     bias="lora_only"),
        "dora": dict(r=2, lora_alpha=8, fan_in_fan_out=True, use_dora=True, target_modules=["c_attn", "c_proj"]),
        "bias": dict(r=2, lora_alpha=8, fan_in_fan_out=True, lora_bias=True, target_modules=["c_fc"]),
    }),
}


def shake(model):
    """PEFT starts B at zero and everything else at the base's values: moves all that an adapter saves."""
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            noise = torch.randn_like(parameter) * 0.3
            # A magnitude stays a length.
            parameter.data = parameter.data * (1 + noise.abs()) if "magnitude" in name else parameter.data + noise


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    for number, (base, (make, adapters)) in enumerate(ADAPTERS.items()):
        torch.manual_seed(number)
        model = make().float()
        for parameter in model.parameters():
            parameter.data = torch.randn_like(parameter)
        model.save_pretrained(OUT / base)
        (OUT / base / "generation_config.json").unlink(missing_ok=True)
        before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        for name, settings in adapters.items():
            wrapped = peft.get_peft_model(make().float(), peft.LoraConfig(task_type="CAUSAL_LM", **settings))
            inner = wrapped.get_base_model()
            for key, parameter in inner.state_dict().items():
                plain = key.replace(".base_layer.", ".").replace(".modules_to_save.default.", ".").replace(
                    ".original_module.", ".")
                if plain in before:
                    parameter.copy_(before[plain])
            shake(wrapped)
            wrapped.peft_config["default"].base_model_name_or_path = base
            wrapped.save_pretrained(OUT / base / name)
            (OUT / base / name / "README.md").unlink(missing_ok=True)
            after = wrapped.merge_and_unload().state_dict()
            changed = {key: tensor.contiguous() for key, tensor in after.items() if not torch.equal(tensor, before[key])}
            save_file(changed, OUT / base / f"{name}.safetensors")
            print(base, name, sorted(changed))


if __name__ == "__main__":
    main()
