# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Every method that draws, over 100 seeds of `tsugi merge` and of mergekit: kept share, mean and variance of the result.

    build/peers/merge/bin/python tests/peers/compare_random.py [METHOD…]

The programs draw other masks for one seed, so only distributions can agree. Elements fall into classes by the rank of the
first model's change within its row (what della's probabilities depend on) and by whether the models' signs agree (what
an election depends on). One seed must give the same bytes for any number of threads.
"""

import shared  # isort: skip
import json
import sys
import tempfile
from pathlib import Path

import torch
import yaml
from mergekit.merge_methods.api import merge_tensors
from peer_mergekit import TOLERANCE
from safetensors.torch import load, save_file

SEEDS = range(1, 101)
# A class gives one number for each seed, and seeds are independent, whatever happens inside a tensor (the norm that is given
# back ties its elements together): two means of 100 differ by sqrt(s1^2 + s2^2)/10 or so. Some 1,200 such differences are
# looked at, and a normal one passes 5 of its errors once in 1.7 million times.
ERRORS = 5
RANKS = 4  # classes by rank
# A matrix, a vector (one row for della) and a tensor of three axes, whose rows for della run along the second.
SHAPES = {"model.layers.0.mlp.up_proj.weight": (48, 64), "model.norm.weight": (1024,), "model.conv.weight": (24, 16, 5)}


def rows():
    """(name of the row, method, parameters of the models, parameters of the merge)"""
    for method in ("dare_linear", "dare_ties", "della", "della_linear"):
        wide, narrow = ({"epsilon": 0.25}, {"epsilon": 0.1}) if method.startswith("della") else ({}, {})
        yield "one model", method, [dict(weight=1, density=0.4)], {}
        yield "two models", method, [dict(weight=0.7, density=0.4, **wide), dict(weight=0.5, density=0.6)], {}
        yield "no rescale", method, [dict(weight=0.6, density=0.3, **wide), dict(weight=0.9)], \
            {"rescale": False, "normalize": False}
        yield "normalize", method, [dict(weight=0.7, density=0.5, **wide), dict(weight=-0.4, density=0.8, **narrow)], \
            {"normalize": True, "lambda": 1.3}


def write_models(folder):
    """FOLDER/{base,a,b}; returns {name: [base, a, b]}."""
    generator = torch.Generator().manual_seed(11)
    tensors = {}
    for name, shape in SHAPES.items():
        base = torch.randn(shape, generator=generator)
        tensors[name] = [base, *(base + 0.1 * torch.randn(shape, generator=generator) for _ in range(2))]
    for place, model in enumerate(("base", "a", "b")):
        (folder / model).mkdir()
        (folder / model / "config.json").write_text(json.dumps(
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_hidden_layers": 1}))
        save_file({name: of_models[place] for name, of_models in tensors.items()}, folder / model / "model.safetensors")
    return tensors


def classes(base, a, b):
    """{name: mask} of the elements of a tensor."""
    ranked = (a - base).abs() if base.dim() > 1 else (a - base).abs()[None]
    ranks = ranked.argsort(dim=1).argsort(dim=1).reshape(base.shape) * RANKS // ranked.shape[1]
    agree = torch.sign(a - base) == torch.sign(b - base)
    return {f"rank class {rank}, signs {word}": (ranks == rank) & (agree == same)
            for rank in range(RANKS) for word, same in (("agree", True), ("differ", False))}


def tsugi_bytes(folder, recipe, seed, threads=1):
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**recipe, "seed": seed}))
    with tempfile.TemporaryDirectory(dir=folder) as out:
        shared.run_tsugi("merge", path, Path(out) / "out", "--quiet", "--threads", threads)
        files = sorted((Path(out) / "out").glob("*.safetensors"))
        assert len(files) == 1
        return files[0].read_bytes()


def theirs(tensors, method, per_model, common, seed):
    torch.manual_seed(seed)
    keys = {key for parameters in per_model for key in parameters}
    of_models = {key: {f"m{i}": parameters[key] for i, parameters in enumerate(per_model) if key in parameters}
                 for key in keys}
    defaults = {"density": 1.0, "epsilon": 0.15}
    for key, values in of_models.items():
        for i in range(len(per_model)):
            values.setdefault(f"m{i}", defaults.get(key))
    ids = ["base", *(f"m{i}" for i in range(len(per_model)))]
    return {name: merge_tensors(of_name[:len(ids)], method, ids=ids, base_index=0, parameters={**of_models, **common})
            for name, of_name in tensors.items()}


def numbers(changes, mask):
    """{quantity: one number for each seed} of a class; changes: [seed, elements of the tensor]."""
    changes = changes[:, mask.flatten()]
    return {"kept share": (changes != 0).double().mean(1), "mean": changes.mean(1),
            "variance": (changes - changes.mean(0)).square().mean(1)}


def error_of(x, y, largest):
    """How far two samples' means lie apart, in standard errors of their difference."""
    error = ((x.var() + y.var()) / len(SEEDS)).sqrt()
    # Where nothing is drawn (an element that is always kept) the programs' roundings differ, no more.
    apart = ((x.mean() - y.mean()).abs() - TOLERANCE * largest).clamp(min=0)
    return (apart / error).item() if error > 0 else (0.0 if apart == 0 else torch.inf)


def compare(folder, tensors, row, table):
    label, method, per_model, common = row
    recipe = {"merge_method": method, "base_model": "./base", "dtype": "float32", "parameters": common,
              "models": [{"model": f"./{name}", "parameters": parameters} for name, parameters in zip("ab", per_model)]}
    samples = [[load(tsugi_bytes(folder, recipe, seed)) for seed in SEEDS],
               [theirs(tensors, method, per_model, common, seed) for seed in SEEDS]]
    worst, place = 0.0, ""
    for name, (base, a, b) in tensors.items():
        changes = [torch.stack([(sample[name] - base).flatten().double() for sample in program]) for program in samples]
        for kind, mask in classes(base, a, b).items():
            pair = [numbers(of_program, mask) for of_program in changes]
            for quantity in pair[0]:
                error = error_of(pair[0][quantity], pair[1][quantity], base.abs().max().double())
                if error > worst:
                    worst, place = error, f"{quantity}, {name}, {kind}"
    passed = worst <= ERRORS
    table.line(f"{method}: {label}", "mergekit", f"{ERRORS} s.e.", f"{worst:.1f} s.e.", passed, "" if passed else place)
    first = tsugi_bytes(folder, recipe, 1)
    same = first == tsugi_bytes(folder, recipe, 1, threads=2) and first != tsugi_bytes(folder, recipe, 2)
    if not same:
        table.line(f"{method}: {label}, one seed", "itself", "same bytes", "other bytes", False)


def main():
    table = shared.Table()
    torch.set_num_threads(1)
    # In memory where there is such a place: 1,600 merges of a few kilobytes, each of which waits for its disk.
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as temporary:
        folder = Path(temporary)
        tensors = write_models(folder)
        for row in rows():
            if not sys.argv[1:] or row[1] in sys.argv[1:]:
                compare(folder, tensors, row, table)
    table.end()


if __name__ == "__main__":
    main()
