# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""mergekit run on a recipe, with the elements noted whose place in the trimming of ties is arbitrary."""

import shared  # isort: skip
import logging
import tempfile
from pathlib import Path

import torch
import yaml
from mergekit.config import MergeConfiguration
from mergekit.merge import run_merge
from mergekit.merge_methods import generalized_task_arithmetic as gta
from mergekit.options import MergeOptions
from safetensors.torch import load_file

RECIPES = shared.GOLDEN / "mergekit"
# What both programs may differ by, as a share of the tensor's largest magnitude: about 33 roundings of f32 (2^-24 each)
# in a row, more than any of these methods makes, with room for dot products that are summed in another order.
TOLERANCE = 2e-6


def with_absolute_models(value, folder):
    """The recipe with every text that names a folder beside it made absolute: mergekit reads from the working directory."""
    if isinstance(value, dict):
        return {key: with_absolute_models(inner, folder) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_absolute_models(inner, folder) for inner in value]
    if isinstance(value, str) and "/" in value and (folder / value).is_dir():
        return str((folder / value).resolve())
    return value


class TiedElements:
    """While active, notes for each trimmed tensor which elements of any model have exactly the threshold's magnitude
    where only some of those are kept.

    mergekit's choice among them is arbitrary (an unstable sort), so another program may keep others.
    """

    def __init__(self):
        self.masks = {}  # output name -> bool tensor

    def __enter__(self):
        self.plain = gta.sparsify, gta.GeneralizedTaskArithmeticMerge.merge_group
        sparsify, merge_group = self.plain

        def noting_sparsify(tensor, density, **options):
            self.note(tensor, density)
            return sparsify(tensor, density=density, **options)

        def noting_merge_group(method, group, /, **parameters):
            self.name = group.metadata.name
            return merge_group(method, group, **parameters)

        gta.sparsify, gta.GeneralizedTaskArithmeticMerge.merge_group = noting_sparsify, noting_merge_group
        return self

    def __exit__(self, *_):
        gta.sparsify, gta.GeneralizedTaskArithmeticMerge.merge_group = self.plain

    def note(self, delta, density):
        kept = max(1, int(density * delta.numel()))
        if not 0 < density < 1:
            return
        magnitudes = delta.abs()
        threshold = magnitudes.flatten().topk(kept).values[-1]
        # Zeros stay zero whether kept or not, and nothing is arbitrary where all equal elements are kept.
        if threshold == 0 or (magnitudes >= threshold).sum() == kept:
            return
        tied = magnitudes == threshold
        self.masks[self.name] = self.masks.get(self.name, torch.zeros_like(tied)) | tied


def merge(recipe):
    """({output name: f32 tensor}, {output name: mask of tied elements}) of a recipe file."""
    logging.disable(logging.WARNING)
    document = with_absolute_models(yaml.safe_load(Path(recipe).read_text()), Path(recipe).parent)
    with tempfile.TemporaryDirectory() as out, TiedElements() as ties:
        run_merge(MergeConfiguration.model_validate(document), out,
                  MergeOptions(quiet=True, copy_tokenizer=False, write_model_card=False))
        tensors = {}
        for file in sorted(Path(out).glob("*.safetensors")):
            tensors |= load_file(file)
    assert all(tensor.dtype == torch.float32 for tensor in tensors.values()), "recipes here have dtype float32"
    return {name: tensors[name].clone() for name in sorted(tensors)}, ties.masks
