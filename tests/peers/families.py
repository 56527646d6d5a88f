# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Small generated checkpoints of three families for comparing merges: llama, gpt2 (transposed layers), a mixture of experts.

Weights are f32 drawn so that no two magnitudes of a tensor or of a task vector are equal: trimming has no ties to break.
"""

import shared  # isort: skip
import json

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, MixtralConfig

CONFIGS = {
    "llama": LlamaConfig(vocab_size=320, hidden_size=64, intermediate_size=160, num_hidden_layers=4,
                         num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128),
    "gpt2": GPT2Config(vocab_size=320, n_embd=64, n_layer=4, n_head=4, n_positions=128),
    "mixtral": MixtralConfig(vocab_size=320, hidden_size=64, intermediate_size=96, num_hidden_layers=2,
                             num_attention_heads=4, num_key_value_heads=2, num_local_experts=4,
                             max_position_embeddings=128),
}
MODELS = ("base", "a", "b", "c")
# All values are multiples of it. Those below 4 then have at most 24 bits, so that a base plus a delta is exact, and the
# difference that a merge computes is the delta again, no two of whose magnitudes are equal.
GRID = 2.0**-22


def distinct(tensor, generator, scale):
    """Values of a normal distribution's quantiles in random order and with random signs: every magnitude once."""
    count = tensor.numel()
    magnitudes = torch.special.ndtri(0.5 + 0.5 * (torch.arange(count, dtype=torch.float64) + 0.5) / count)
    order = torch.randperm(count, generator=generator)
    signs = torch.randint(0, 2, (count,), generator=generator) * 2 - 1
    steps = (magnitudes * scale / GRID).round()
    assert steps.unique().numel() == count and steps[-1] * GRID < 3.5, "too many values, or too large, for the grid"
    return (steps[order] * signs * GRID).float().reshape(tensor.shape)


def write(folder, family):
    """FOLDER/FAMILY/{base,a,b,c}; returns the folder of the family."""
    folder = folder / family
    model = AutoModelForCausalLM.from_config(CONFIGS[family])
    model.save_pretrained(folder / "base")
    shape = load_file(folder / "base" / "model.safetensors")
    generator = torch.Generator().manual_seed(7)
    base = {name: distinct(tensor, generator, 0.5) for name, tensor in shape.items()}
    for name in MODELS:
        (folder / name).mkdir(exist_ok=True)
        for file in ("config.json", "generation_config.json"):
            if (folder / "base" / file).exists() and name != "base":
                (folder / name / file).write_text((folder / "base" / file).read_text())
        tensors = base if name == "base" else {key: base[key] + distinct(base[key], generator, 0.1) for key in base}
        save_file(tensors, folder / name / "model.safetensors", metadata={"format": "pt"})
    document = json.loads((folder / "base" / "config.json").read_text())
    assert document["architectures"], family
    return folder
