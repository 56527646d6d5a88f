# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Every deterministic method of mergekit against `tsugi merge` on three generated families of models.

    build/peers/merge/bin/python tests/peers/compare_families.py [METHOD…]
"""

import shared  # isort: skip
import re
import sys
import tempfile
from pathlib import Path

import families
import peer_mergekit
import torch
import yaml
from compare_mergekit import tsugi_merge, worst_difference
from family_recipes import RECIPES
from mergekit import merge_methods
from mergekit.config import ParameterSetting, evaluate_setting
from mergekit.merge_methods.api import merge_tensors
from mergekit.merge_methods.base import ParameterScope
from pydantic import TypeAdapter
from safetensors.torch import load_file

# Their results depend on which values stand in one tensor; mergekit fuses the experts of a layer before it merges (gate
# and up side by side), Tsugi merges the tensors that the checkpoint stores (docs/differences.md). The experts of these are
# compared with mergekit's method called on the stored tensors.
WHOLE_TENSOR = {"slerp", "nuslerp", "multislerp", "karcher", "ties", "breadcrumbs", "breadcrumbs_ties", "sce",
                "ramplus_tl", "model_stock", "arcee_fusion"}
EXPERT = re.compile(r"(model\.layers\.\d+)\.(?:block_sparse_moe|mlp)\.experts\.(\d+)\.(w[123])\.weight")


def split_experts(tensors):
    """mergekit's fused experts under the names that the inputs have: w1 gate, w3 up, w2 down."""
    split = {}
    for name, tensor in tensors.items():
        fused = re.fullmatch(r"(model\.layers\.\d+)\.mlp\.experts\.(gate_up_proj|down_proj)", name)
        if not fused:
            split[re.sub(r"\.mlp\.gate\.weight$", ".block_sparse_moe.gate.weight", name)] = tensor
            continue
        for expert, matrix in enumerate(tensor):
            start = f"{fused[1]}.block_sparse_moe.experts.{expert}"
            if fused[2] == "down_proj":
                split[f"{start}.w2.weight"] = matrix.contiguous()
            else:
                gate, up = matrix.chunk(2)
                split[f"{start}.w1.weight"], split[f"{start}.w3.weight"] = gate.contiguous(), up.contiguous()
    return split


def bound_parameters(method, inputs, base, recipe, name, t):
    """What mergekit's planner would give to `method` for one tensor of a recipe with `models`."""
    entries = {entry["model"]: entry.get("parameters", {}) for entry in recipe["models"]}
    bound = {}
    for spec in method.spec.parameters:
        def value(*levels):
            for level in levels:
                if spec.name in level:
                    setting = TypeAdapter(ParameterSetting).validate_python(level[spec.name])
                    return evaluate_setting(name, setting, t, validate=spec.validate)
            return spec.default

        common = recipe.get("parameters", {})
        if spec.scope == ParameterScope.SHARED:
            bound[spec.name] = value(common)
        else:
            bound[spec.name] = {model: value(entries.get(model, {}), common) for model in inputs if model != base}
    return bound


def merged_experts(folder, recipe):
    """mergekit's method on every expert's matrix as the checkpoints store it."""
    method, base = merge_methods.get(recipe["merge_method"]), recipe.get("base_model")
    inputs = [entry["model"] for entry in recipe["models"]]
    inputs += [base] if base and base not in inputs else []
    stored = [peer_mergekit.tensors_of(folder / model) for model in inputs]
    names = [name for name in stored[0] if EXPERT.fullmatch(name)]
    last = families.CONFIGS["mixtral"].num_hidden_layers - 1
    merged = {}
    for name in names:
        t = int(name.split(".")[2]) / last
        merged[name] = merge_tensors([tensors[name] for tensors in stored], method, ids=inputs,
                                     base_index=inputs.index(base) if base else None, name=name,
                                     parameters=bound_parameters(method, inputs, base, recipe, name, t))
    return merged


def compare(folder, family, row, recipe, table):
    what = f"{family}: {row}"
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**recipe, "dtype": "float32"}))
    try:
        theirs, ties = peer_mergekit.merge(path)
        ours = tsugi_merge(path)
    except (Exception, SystemExit) as error:  # whoever refuses: one recipe's line, and on with the next
        return table.line(what, "mergekit", "a result", "error", False, str(error).replace("\n", " ")[:300])
    whole = recipe["merge_method"] in WHOLE_TENSOR
    if family == "mixtral":
        theirs, ours = split_experts(theirs), split_experts(ours)
        if whole and "models" in recipe:
            theirs |= merged_experts(folder, recipe)
        elif whole:
            theirs = {name: tensor for name, tensor in theirs.items() if not EXPERT.fullmatch(name)}
            ours = {name: ours[name] for name in theirs if name in ours}
        ties = {name: mask for name, mask in ties.items() if name in theirs}
    missing = sorted(ours.keys() ^ theirs.keys())
    if missing:
        return table.line(what, "mergekit", "same names", f"{len(missing)} apart", False, str(missing[:2]))
    rows = {name: worst_difference(ours[name], theirs[name], ties.get(name)) for name in theirs}
    worst = max(rows, key=lambda name: rows[name][0])
    passed = rows[worst][0] <= peer_mergekit.TOLERANCE
    tied = sum(int(mask.sum()) for mask in ties.values())
    note = "" if passed else worst
    if tied:
        note += f" {tied} elements tie with a threshold, {sum(row[1] for row in rows.values())} of them differ"
    table.line(what, "mergekit", f"{peer_mergekit.TOLERANCE:.0e}", f"{rows[worst][0]:.1e}", passed, note.strip())


def main():
    table = shared.Table()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        for family in families.CONFIGS:
            folder = families.write(Path(temporary), family)
            for row, recipe in RECIPES:
                if not sys.argv[1:] or recipe["merge_method"] in sys.argv[1:]:
                    compare(folder, family, row, recipe, table)
    table.end()


if __name__ == "__main__":
    main()
