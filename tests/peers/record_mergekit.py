# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/mergekit/NAME.json for every NAME.yaml beside it, from mergekit (environment merge)."""

import shared  # isort: skip
from importlib.metadata import version

import peer_mergekit
import torch

SAMPLES = 48  # of a tensor; all of a shorter one


def sampled_indices(elements):
    """Flat indices first + k * step, the last element among them. A long tensor's step is odd, so that it visits odd
    and even columns."""
    if elements <= SAMPLES:
        return 0, 1, elements
    step = (elements - 1) // (SAMPLES - 1)
    step -= step % 2 == 0 and step > 2
    return (elements - 1) - step * (SAMPLES - 1), step, SAMPLES


def nine_digits(value):
    """Enough to tell any two f32 apart."""
    return float(f"{value.item():.9g}")


def recorded(tensor, tied):
    """Null stands for an element that is not compared because it ties with a threshold."""
    flat = tensor.flatten()
    first, step, count = sampled_indices(flat.numel())
    skip = torch.zeros_like(flat, dtype=torch.bool) if tied is None else tied.flatten()
    places = range(first, first + step * count, step)
    row = {"shape": list(tensor.shape), "largest": nine_digits(flat.abs().max()), "first": first, "step": step,
           "values": [None if skip[i] else nine_digits(flat[i]) for i in places]}
    if tied is None:
        row["mean"] = flat.double().mean().item()
    else:
        row["tied"] = int(skip.sum())
    return row


def main():
    for recipe in sorted(peer_mergekit.RECIPES.glob("*.yaml")):
        tensors, ties = peer_mergekit.merge(recipe)
        rows = {name: recorded(tensor, ties.get(name)) for name, tensor in tensors.items()}
        tied = sum(row.get("tied", 0) for row in rows.values())
        elements = sum(tensor.numel() for tensor in tensors.values())
        shared.write_json(recipe.with_suffix(".json"),
                          {"by": f"mergekit {version('mergekit')}", "recipe": recipe.name, "elements": elements,
                           "tied": tied, "tensors": rows}, depth=2)


if __name__ == "__main__":
    main()
