# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Whole checkpoints: `tsugi merge` against mergekit on every recipe of tests/golden/mergekit, or on those given.

    build/peers/merge/bin/python tests/peers/compare_mergekit.py [RECIPE…]
"""

import shared  # isort: skip
import sys
import tempfile
from pathlib import Path

import peer_mergekit
import torch
from safetensors.torch import load_file


def tsugi_merge(recipe):
    with tempfile.TemporaryDirectory() as folder:
        shared.run_tsugi("merge", recipe, Path(folder) / "out", "--quiet")
        tensors = {}
        for file in sorted((Path(folder) / "out").glob("*.safetensors")):
            tensors |= load_file(file)
        return {name: tensor.clone() for name, tensor in tensors.items()}


def worst_difference(ours, theirs, tied):
    """(largest difference as a share of the tensor's largest magnitude, how many tied elements differ by more)"""
    share = (ours.double() - theirs.double()).abs() / theirs.abs().max().double()
    share = share.nan_to_num(nan=torch.inf)
    apart = 0
    if tied is not None:
        apart = int((share[tied] > peer_mergekit.TOLERANCE).sum())
        share = share[~tied]
    return (share.max().item() if share.numel() else 0.0), apart


def compare(recipe, table):
    theirs, ties = peer_mergekit.merge(recipe)
    ours = tsugi_merge(recipe)
    what = f"merge {Path(recipe).stem}"
    if ours.keys() != theirs.keys():
        table.line(what, "mergekit", "same names", str(sorted(ours.keys() ^ theirs.keys())[:2]), False)
        return
    wrong = [name for name in theirs if ours[name].shape != theirs[name].shape or ours[name].dtype != torch.float32]
    if wrong:
        table.line(what, "mergekit", "same shapes", wrong[0], False)
        return
    rows = {name: worst_difference(ours[name], theirs[name], ties.get(name)) for name in theirs}
    worst = max(rows, key=lambda name: rows[name][0])
    passed = rows[worst][0] <= peer_mergekit.TOLERANCE
    note = "" if passed else worst
    if ties:
        tied = sum(int(mask.sum()) for mask in ties.values())
        elements = sum(tensor.numel() for tensor in theirs.values())
        note += f" {tied:,} of {elements:,} elements tie with a threshold, {sum(row[1] for row in rows.values()):,} of them differ"
    table.line(what, "mergekit", f"{peer_mergekit.TOLERANCE:.0e}", f"{rows[worst][0]:.1e}", passed, note.strip())


def main():
    table = shared.Table()
    for recipe in sys.argv[1:] or sorted(peer_mergekit.RECIPES.glob("*.yaml")):
        compare(Path(recipe).resolve(), table)
    table.end()


if __name__ == "__main__":
    main()
