# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""What docs/differences.md says of mergekit, shown on mergekit: a line fails when mergekit no longer does it.

    build/peers/merge/bin/python tests/peers/compare_differences.py
"""

import shared  # isort: skip
import json
import logging
import math
import tempfile
from pathlib import Path

import families
import torch
import yaml
from family_recipes import models, plain, recipe, sliced, weighted
from mergekit.config import MergeConfiguration
from mergekit.merge import run_merge
from mergekit.merge_methods.api import merge_tensors
from mergekit.options import MergeOptions
from peer_mergekit import tensors_of, with_absolute_models
from safetensors.torch import save_file

GENERATOR = torch.Generator().manual_seed(1)


def normal(*shape):
    return torch.randn(*shape, generator=GENERATOR)


def refusal(run):
    """The first words of the error that `run` raises; None where it raises none."""
    try:
        run()
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0][:60]


def merged(folder, document, dtype="float32", config=False):
    """Tensors or config of mergekit's result; `document` is YAML text or a recipe without dtype."""
    if not isinstance(document, str):
        document = yaml.safe_dump({**document, **({"dtype": dtype} if dtype else {})})
    document = with_absolute_models(yaml.safe_load(document), folder)
    with tempfile.TemporaryDirectory() as out:
        run_merge(MergeConfiguration.model_validate(document), out,
                  MergeOptions(quiet=True, copy_tokenizer=False, write_model_card=False))
        if config:
            return json.loads((Path(out) / "config.json").read_text())
        return {name: tensor.clone() for name, tensor in tensors_of(out).items()}


def variant(folder, name, change, **config):
    """A copy of ./a whose tensors `change` has been at, with `config` in its config.json."""
    tensors = tensors_of(folder / "a")
    change(tensors)
    (folder / name).mkdir()
    usual = json.loads((folder / "a" / "config.json").read_text())
    (folder / name / "config.json").write_text(json.dumps({**usual, **config}))
    save_file(tensors, folder / name / "model.safetensors", metadata={"format": "pt"})


def same(x, y):
    return all(torch.equal(x[name], y[name]) for name in x)


def recipes(folder):
    """(what differences.md says, whether mergekit does it)"""
    average = recipe("linear", weighted(0.5, 0.3))
    text = yaml.safe_dump({**average, "dtype": "float32"})
    usual = merged(folder, average)
    yield "the last of two equal keys", same(usual, merged(folder, "merge_method: slerp\n" + text))
    yield "unknown keys", same(usual, merged(folder, text + "dype: bfloat16\n"))
    yield "unknown parameters", same(usual, merged(folder, {**average, "parameters": {"wieght": 3}}))
    misplaced = weighted(0.5, 0.3)
    misplaced[0]["parameters"]["normalize"] = False
    yield "parameters at the wrong level", same(usual, merged(folder, {**average, "models": misplaced}))
    filtered = weighted([{"filter": "self_atn", "value": 9}, {"value": 0.5}], 0.3)
    yield "a filter that matches nothing", same(usual, merged(folder, {**average, "models": filtered}))
    longer = [(0, 1, {"a": None, "b": None}, {}), (1, 2, {"a": None, "b": None, "c": None}, {})]
    norms = merged(folder, sliced("linear", *longer, weight=1))["model.norm.weight"]
    mean = sum(tensors_of(folder / name)["model.norm.weight"] for name in "ab") / 2
    yield "more models in the last slice", torch.allclose(norms, mean)
    yield "a model that meets itself", refusal(lambda: merged(folder, recipe("linear", models(
        ("a", dict(weight=0.1)), ("a", dict(weight=1)))))) is not None
    slices = sliced("linear", (0, 2, {"a": dict(weight=0.5), "b": dict(weight=0.3)}, {}))
    useless = sliced("linear", (0, 2, {"a": dict(weight=0.5), "b": dict(weight=0.3)}, {"residual_weight": 0.5}))
    yield "residual_weight", same(merged(folder, slices), merged(folder, useless))
    apart = sliced("task_arithmetic", (0, 2, {"a": None, "b": None}, {}), base="base", weight=1)
    yield "a base that slices do not list", refusal(lambda: merged(folder, apart)) is not None
    order = refusal(lambda: merged(folder, sliced("passthrough", (1, 0, {"a": None}, {}), (0, 2, {"a": None}, {}))))
    yield "a layer_range that ends before it begins", order is None
    empty = merged(folder, {**average, "models": weighted([], 0.3), "parameters": {"weight": 0.5}})
    yield "a list without values", same(usual, empty)
    zero = merged(folder, recipe("linear", weighted(0.5, -0.5)))
    yield "weights whose sum is 0", not all(tensor.isfinite().all() for tensor in zero.values())
    yield "a base that joins linear", refusal(lambda: merged(folder, {**average, "base_model": "./base"})) is not None


def stored_tensors(folder):
    first = "model.layers.0.self_attn.q_proj.weight"

    def with_a(name):
        return merged(folder, recipe("linear", models(("a", dict(weight=0.5)), (name, dict(weight=0.5)))))

    variant(folder, "more", lambda tensors: tensors.update({"model.layers.0.adapter.weight": normal(3)}))
    names = merged(folder, recipe("linear", models(("more", dict(weight=1)))))
    yield "tensors its architecture lacks", "model.layers.0.adapter.weight" not in names
    variant(folder, "nan", lambda tensors: tensors[first].view(-1)[:1].fill_(math.nan))
    yield "NaN", bool(with_a("nan")[first].isnan().any())
    variant(folder, "short", lambda tensors: tensors.update({first: tensors[first][:-1].contiguous()}))
    yield "unequal shapes, while merging", refusal(lambda: with_a("short")) is not None
    variant(folder, "whole", lambda tensors: tensors.update({first: torch.full((64, 64), 257)}))
    narrow = recipe("linear", models(("whole", dict(weight=1))))
    yield "integers, cast", merged(folder, narrow, "bfloat16")[first].flatten()[0] == 256
    variant(folder, "tied", lambda tensors: tensors.pop("lm_head.weight"), tie_word_embeddings=True)
    untied = recipe("linear", models(("tied", dict(weight=0.5)), ("a", dict(weight=0.5))), "tied", weight=1)
    yield "tie_word_embeddings beside a head", "lm_head.weight" in merged(folder, untied) \
        and merged(folder, untied, config=True)["tie_word_embeddings"]

    def halve(tensors):
        tensors.update({name: tensor.bfloat16() for name, tensor in tensors.items()})

    variant(folder, "half", halve, dtype="bfloat16")
    mixed = recipe("linear", models(("half", dict(weight=0.5)), ("a", dict(weight=0.5))), "half", weight=1)
    yield "the type in config.json", merged(folder, mixed, None)[first].dtype == torch.float32 \
        and merged(folder, mixed, None, config=True)["dtype"] == "bfloat16"


def length(method, x, y, **parameters):
    return merge_tensors([x, y], method, parameters={"weight": [0.5, 0.5], **parameters}).norm().item()


def numbers():
    zeros, x, y = torch.zeros(1000), normal(1000), normal(1000)
    small = 1e-4 * x
    arguments = dict(ids=["base", "x", "y", "z"], base_index=0, parameters={"weight": dict(x=1.0, y=1.0, z=1.0)})
    column = dict(ids=["base", "x"], base_index=0,
                  parameters=dict(weight=dict(x=1.0), density=dict(x=0.5), epsilon=dict(x=0.1)))
    stop = refusal(lambda: merge_tensors([zeros[:5, None], x[:5, None]], "della", **column))
    yield "della, rows of one", stop is not None and "p_in" in stop
    third = merge_tensors([zeros, small, 3 * small], "sce", base_index=0)
    yield "sce, small changes", torch.allclose(third, 2 * small)
    opposite = [normal(257) for _ in range(300)]
    yield "nuslerp, opposite vectors", max(length("nuslerp", v, -2 * v) / v.norm().item() for v in opposite) > 1000
    across = merge_tensors([x, -3 * x], "karcher")
    yield "karcher, opposite models", abs(torch.cosine_similarity(across, x, dim=0).item()) < 0.5
    noise = merge_tensors([x, -3 * x, y, -0.7 * y], "multislerp", parameters={"weight": [1.0] * 4})
    yield "multislerp, models that cancel", noise.isfinite().all().item() and noise.norm().item() > 1
    stop = refusal(lambda: merge_tensors([x, x, x, x], "multislerp", **arguments))
    yield "multislerp, what no model changed", stop is not None and "is zero" in stop
    ratio = length("multislerp", x, y, eps=0.5) / length("multislerp", x, y)
    yield "multislerp, a large eps", abs(ratio - math.cos(0.5)) < 1e-3
    common = normal(1_100_000)  # more than arcee_fusion's sample of a million
    many = [common + 0.3 * normal(1_100_000) for _ in range(2)]
    wide = merge_tensors([tensor.double() for tensor in many], "multislerp", parameters={"weight": [0.5, 0.3]})
    apart = (merge_tensors(many, "multislerp", parameters={"weight": [0.5, 0.3]}) - wide).abs().max() / wide.abs().max()
    yield "norms of a million elements in f32", 2e-6 < apart < 1e-3
    step = torch.full((100,), 6.9e-5)
    part = merge_tensors([zeros[:100], step, step], "model_stock", base_index=0)
    yield "model_stock, small tensors", (part / step).mean() < 0.7
    half = [tensor.bfloat16() for tensor in (zeros, torch.ones(1000))]
    rounded = dict(ids=["base", "x"], base_index=0, parameters=dict(weight=dict(x=0.3)), out_dtype=torch.float32)
    yield "weights rounded to dtype", merge_tensors(half, "task_arithmetic", **rounded)[0] == 0.30078125
    half = [tensor.bfloat16() for tensor in (x, y)]
    yield "arcee_fusion, F32 from BF16", merge_tensors(half, "arcee_fusion", base_index=0).dtype == torch.float32
    yield "ramplus_tl, F32 from BF16", merge_tensors(half, "ramplus_tl", base_index=0).dtype == torch.float32
    counts = set()
    for seed in range(3):
        torch.manual_seed(seed)
        counts.add((merge_tensors(many, "arcee_fusion", base_index=0) == many[0]).sum().item())
    yield "arcee_fusion, a sample of many", len(counts) > 1


def main():
    table = shared.Table()
    torch.set_num_threads(1)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as temporary:
        folder = families.write(Path(temporary), "llama")
        for group in (recipes(folder), stored_tensors(folder), numbers()):
            for what, holds in group:
                table.line(f"differs: {what}", "mergekit", "as written", "so" if holds else "not so", bool(holds))
    table.end()


if __name__ == "__main__":
    main()
