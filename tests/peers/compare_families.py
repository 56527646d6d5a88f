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
from safetensors.torch import load_file


def models(*entries):
    return [{"model": f"./{name}", **({"parameters": parameters} if parameters else {})} for name, parameters in entries]


def weighted(*weights, **others):
    return models(*((name, {"weight": weight, **others}) for name, weight in zip("abc", weights)))


# (name of the row, recipe without dtype); paths are folders beside the recipe.
RECIPES = [
    ("linear", dict(merge_method="linear", models=weighted(0.5, 0.3, 0.4))),
    ("linear, plain", dict(merge_method="linear", models=weighted(0.5, -0.3), parameters=dict(normalize=False))),
    ("slerp", dict(merge_method="slerp", base_model="./a", models=models(("b", None)), parameters=dict(t=[0.1, 0.9]))),
    ("nuslerp", dict(merge_method="nuslerp", models=weighted(0.7, 0.3))),
    ("nuslerp, base", dict(merge_method="nuslerp", base_model="./base", models=weighted(0.7, 0.3))),
    ("nuslerp, rows", dict(merge_method="nuslerp", models=weighted(0.7, 0.3), parameters=dict(nuslerp_flatten=False))),
    ("nuslerp, columns", dict(merge_method="nuslerp", models=weighted(0.7, 0.3),
                              parameters=dict(nuslerp_flatten=False, nuslerp_row_wise=True))),
    ("multislerp", dict(merge_method="multislerp", models=weighted(0.5, 0.3, 0.4))),
    ("multislerp, base", dict(merge_method="multislerp", base_model="./base", models=weighted(0.5, 0.3, 0.4))),
    ("karcher", dict(merge_method="karcher", models=models(("a", None), ("b", None), ("c", None)))),
    ("task_arithmetic", dict(merge_method="task_arithmetic", base_model="./base", models=weighted(0.5, -0.3, 0.4))),
    ("ties", dict(merge_method="ties", base_model="./base", models=weighted(0.5, 0.3, 0.4, density=0.4))),
    ("ties, rescale", dict(merge_method="ties", base_model="./base", models=weighted(0.5, 0.3, density=0.4),
                           parameters=dict(rescale=True, normalize=False))),
    ("breadcrumbs", dict(merge_method="breadcrumbs", base_model="./base",
                         models=weighted(0.5, 0.3, density=0.6, gamma=0.05))),
    ("breadcrumbs_ties", dict(merge_method="breadcrumbs_ties", base_model="./base",
                              models=weighted(0.5, 0.3, 0.4, density=0.6, gamma=0.05))),
    ("sce", dict(merge_method="sce", base_model="./base", models=weighted(1, 1, 1), parameters=dict(select_topk=0.4))),
    ("sce, all", dict(merge_method="sce", base_model="./base", models=weighted(1, 1, 1))),
    ("ram", dict(merge_method="ram", base_model="./base", models=models(("a", None), ("b", None), ("c", None)),
                 parameters=dict(epsilon=0.05))),
    ("ramplus_tl", dict(merge_method="ramplus_tl", base_model="./base", models=models(("a", None), ("b", None)),
                        parameters=dict(epsilon=0.05, r=0.2, alpha=0.5))),
    ("model_stock", dict(merge_method="model_stock", base_model="./base",
                         models=models(("a", None), ("b", None), ("c", None)))),
    ("model_stock, rows", dict(merge_method="model_stock", base_model="./base", models=models(("a", None), ("b", None)),
                               parameters=dict(filter_wise=True))),
    ("nearswap", dict(merge_method="nearswap", base_model="./base", models=models(("a", None)), parameters=dict(t=0.05))),
    ("arcee_fusion", dict(merge_method="arcee_fusion", base_model="./base", models=models(("a", None)))),
    ("passthrough", dict(merge_method="passthrough", models=models(("a", dict(scale=0.7))))),
]
# Their results depend on which values stand in one tensor; mergekit fuses the experts of a layer before it merges (gate
# and up side by side), Tsugi merges the tensors that the checkpoint stores (docs/differences.md).
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


def fusion_ties(folder, names):
    def tensors(model):
        loaded = {}
        for file in sorted((folder / model).glob("*.safetensors")):
            loaded |= load_file(file)
        return loaded

    base, other = tensors("base"), tensors("a")
    return {name: near_fusion_threshold(other[name], base[name]) for name in names if name in base}


def compare(folder, family, row, recipe, table):
    what = f"{family}: {row}"
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**recipe, "dtype": "float32"}))
    theirs, ties = peer_mergekit.merge(path)
    ours = tsugi_merge(path)
    if recipe["merge_method"] == "arcee_fusion":
        ties = fusion_ties(folder, theirs)
    if family == "mixtral":
        theirs, ours = split_experts(theirs), split_experts(ours)
        if recipe["merge_method"] in WHOLE_TENSOR:
            theirs = {name: tensor for name, tensor in theirs.items() if not EXPERT.fullmatch(name)}
            ours = {name: ours[name] for name in theirs if name in ours}
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
