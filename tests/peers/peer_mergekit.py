# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""mergekit run on a recipe, with the elements noted that it keeps or drops by chance: those that tie with a threshold."""

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
from mergekit.sparsify import SparsificationMethod
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

        def noting_sparsify(tensor, density, method, gamma=0, **options):
            band = method == SparsificationMethod.magnitude_outliers
            self.note(tensor, density, gamma if band else None)
            return sparsify(tensor, density=density, method=method, gamma=gamma, **options)

        def noting_merge_group(method, group, /, **parameters):
            self.name = group.metadata.name
            return merge_group(method, group, **parameters)

        gta.sparsify, gta.GeneralizedTaskArithmeticMerge.merge_group = noting_sparsify, noting_merge_group
        return self

    def __exit__(self, *_):
        gta.sparsify, gta.GeneralizedTaskArithmeticMerge.merge_group = self.plain

    def note(self, delta, density, gamma):
        if not 0 < density < 1:
            return
        magnitudes = delta.abs()
        ordered = magnitudes.flatten().sort().values
        count = ordered.numel()
        if gamma is None:
            edges = [count - max(1, int(density * count))]
        else:
            kept = int(density * count)
            first = max(0, count - kept - int(gamma * count))
            edges = [first, first + kept]
        for edge in edges:
            # Nothing is arbitrary where equal elements stand on one side of the edge; zeros stay zero on either.
            if 0 < edge < count and ordered[edge - 1] == ordered[edge] != 0:
                tied = magnitudes == ordered[edge]
                self.masks[self.name] = self.masks.get(self.name, torch.zeros_like(tied)) | tied


def near_fusion_threshold(x, b):
    """Elements whose score lies nearer to arcee_fusion's threshold than the error of mergekit's divergence, which it sums
    in f32 (terms of both signs that nearly cancel): there its choice is its rounding's."""
    def divergence(dtype):
        p = torch.softmax(x.to(dtype), dim=-1) + 1e-8
        q = torch.softmax(b.to(dtype), dim=-1) + 1e-8
        return (p * torch.log(p / q)).sum(dim=-1, keepdim=True).double()

    exact = divergence(torch.float64)
    error = ((divergence(torch.float32) - exact).abs() / exact.abs()).max()
    scores = (x.double() - b.double()).abs() * exact
    ordered = scores.flatten().sort().values
    low, middle, high = (ordered[int(f * (ordered.numel() - 1))] for f in (0.25, 0.5, 0.75))
    threshold = middle + 1.5 * (high - low)
    return (scores - threshold).abs() <= error * (scores + middle + 1.5 * (high + low))


def tensors_of(model):
    loaded = {}
    for file in sorted(Path(model).glob("*.safetensors")):
        loaded |= load_file(file)
    return loaded


def fusion_ties(document):
    """Masks of an arcee_fusion recipe with `models`, by the names of the base's tensors."""
    other = next(entry["model"] for entry in document["models"] if entry["model"] != document["base_model"])
    base, other = tensors_of(document["base_model"]), tensors_of(other)
    masks = {name: near_fusion_threshold(other[name].float(), base[name].float()) for name in base}
    return {name: mask for name, mask in masks.items() if mask.any()}


def merge(recipe):
    """({output name: f32 tensor}, {output name: mask of tied elements}) of a recipe file."""
    logging.disable(logging.WARNING)
    document = with_absolute_models(yaml.safe_load(Path(recipe).read_text()), Path(recipe).parent)
    with tempfile.TemporaryDirectory() as out, TiedElements() as ties:
        run_merge(MergeConfiguration.model_validate(document), out,
                  MergeOptions(quiet=True, copy_tokenizer=False, write_model_card=False))
        tensors = tensors_of(out)
    assert all(tensor.dtype == torch.float32 for tensor in tensors.values()), "recipes here have dtype float32"
    masks = fusion_ties(document) if document["merge_method"] == "arcee_fusion" else ties.masks
    return {name: tensors[name].clone() for name in sorted(tensors)}, masks
