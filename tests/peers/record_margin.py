# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Records what the CMA-ES with margin of the package cmaes does, for tests/evolve/optimizers/: python record_margin.py OUT.json

"runs": the test functions of its paper (arXiv 2205.13482, section 5), 20 coordinates, half of them binary or integer,
from the paper's start, to a value below 1e-10: evaluations of seeds 1 to 30, null for a run that stopped before or took
10,000 evaluations a coordinate.
"steps": the mean before and after the margin's correction, with what it is a function of.
"""
import json
import pathlib
import sys

import cmaes
import numpy as np

N = 20
HALF = N // 2
STEEP = 1000 ** (np.arange(HALF) / (HALF - 1))
STEEP_ALL = 1000 ** (np.arange(N) / (N - 1))


def one_max(bits):
    return HALF - np.sum(bits)


def leading_ones(bits):
    return HALF - np.sum(np.cumprod(bits))


FUNCTIONS = {
    "sphere_one_max": (2, lambda x: np.sum(x[:HALF] ** 2) + one_max(x[HALF:])),
    "sphere_leading_ones": (2, lambda x: np.sum(x[:HALF] ** 2) + leading_ones(x[HALF:])),
    "ellipsoid_one_max": (2, lambda x: np.sum((STEEP * x[:HALF]) ** 2) + one_max(x[HALF:])),
    "ellipsoid_leading_ones": (2, lambda x: np.sum((STEEP * x[:HALF]) ** 2) + leading_ones(x[HALF:])),
    "sphere_int": (21, lambda x: np.sum(x**2)),
    "ellipsoid_int": (21, lambda x: np.sum((STEEP_ALL * x) ** 2)),
}


def start(levels, seed):
    mean = np.random.default_rng(seed).uniform(1, 3, N)
    half = (levels - 1) / 2 if levels > 2 else None
    low, high = (0, 1) if levels == 2 else (-half, half)
    if levels == 2:
        mean[HALF:] = 0.5
    bounds = np.array(HALF * [[-np.inf, np.inf]] + HALF * [[low, high]])
    return cmaes.CMAwM(mean, 1.0, bounds, np.array(HALF * [0.0] + HALF * [1.0]), seed=seed)


def evaluations(levels, function, seed):
    search = start(levels, seed)
    for count in range(search.population_size, N * 10_000, search.population_size):
        asked = [search.ask() for _ in range(search.population_size)]
        values = [float(function(evaluated)) for evaluated, _ in asked]
        if min(values) < 1e-10:
            return count
        search.tell([(raw, value) for (_, raw), value in zip(asked, values)])
        if search.should_stop():
            return None
    return None


def steps(levels, function, seed, count):
    """The correction of every tell()."""
    search = start(levels, seed)
    recorded = []
    inner = search._cma
    plain_tell = inner.tell

    def tell(solutions):
        plain_tell(solutions)
        recorded.append({
            "mean": inner._mean.tolist(), "sigma": float(inner._sigma),
            "deviations": np.sqrt(np.diag(inner._C)).tolist(), "amplification": search._A.tolist()})

    inner.tell = tell
    for _ in range(count):
        asked = [search.ask() for _ in range(search.population_size)]
        search.tell([(raw, float(function(evaluated))) for evaluated, raw in asked])
        recorded[-1].update(after_mean=inner._mean.tolist(), after_amplification=search._A.tolist())
    return {"levels": levels, "low": 0 if levels == 2 else -(levels - 1) // 2, "margin": search.margin, "tells": recorded}


def main():
    record = {"cmaes": cmaes.__version__, "runs": {}, "steps": [
        steps(2, FUNCTIONS["sphere_leading_ones"][1], 1, 60), steps(21, FUNCTIONS["ellipsoid_int"][1], 2, 120)]}
    for name, (levels, function) in FUNCTIONS.items():
        record["runs"][name] = [evaluations(levels, function, seed) for seed in range(1, 31)]
        print(name, record["runs"][name], flush=True)
    pathlib.Path(sys.argv[1]).write_text(json.dumps(record, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
