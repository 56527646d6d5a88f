# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Records what the package cmaes does with lr_adapt=True, for tests/evolve/optimizers/: python record_lra.py OUT.json

"steps": distribution before a tell(), after its plain update and after the damping, rates included, on Rastrigin's
function in five coordinates. "rastrigin": evaluations to a value below 1e-8 in ten coordinates from uniform starts in
[-5, 5] with a first step of 2, seeds 1 to 7; null for a run that took 10^6.
"""
import json
import pathlib
import sys

import cmaes
import numpy as np


def rastrigin(x):
    return float(10 * len(x) + np.sum(x**2 - 10 * np.cos(2 * np.pi * x)))


def distribution(search):
    return {"mean": search._mean.tolist(), "sigma": float(search._sigma), "C": search._C.ravel().tolist()}


def generation(search):
    points = [search.ask() for _ in range(search.population_size)]
    return [(x, rastrigin(x)) for x in points]


def steps(count):
    search = cmaes.CMA(np.full(5, 1.5), 2.0, seed=5, lr_adapt=True)
    recorded = []
    plain = {}
    damp = search._lr_adaptation

    def damped(*args):
        plain.update(distribution(search))
        damp(*args)

    search._lr_adaptation = damped
    for _ in range(count):
        solutions = generation(search)
        before = distribution(search)
        search.tell(solutions)
        recorded.append({"before": before, "plain": dict(plain), "after": distribution(search),
                         "rates": [float(search._eta_mean), float(search._eta_Sigma)]})
    return recorded


def evaluations(seed):
    search = cmaes.CMA(np.random.default_rng(seed).uniform(-5, 5, 10), 2.0, seed=seed, lr_adapt=True)
    count = 0
    while count < 1_000_000:
        solutions = generation(search)
        count += len(solutions)
        if min(value for _, value in solutions) < 1e-8:
            return count
        search.tell(solutions)
    return None


def main():
    record = {"cmaes": cmaes.__version__, "steps": steps(60), "rastrigin": [evaluations(seed) for seed in range(1, 8)]}
    pathlib.Path(sys.argv[1]).write_text(json.dumps(record, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
