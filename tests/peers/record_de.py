# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Records the evaluations that minionpy's L-SHADE needs, for tests/evolve/optimizers/: python record_de.py OUT.json

Ten genes in [-5, 5], 50 members, no reduction of the population, to a value below 1e-8; seeds 1 to 31.
"""
import json
import pathlib
import sys

import minionpy
import numpy as np

GENES = 10
SCALES = 1e6 ** (np.arange(GENES) / (GENES - 1))
FUNCTIONS = {
    "sphere": lambda x: np.sum(x**2, axis=1),
    "ellipsoid": lambda x: np.sum(SCALES * x**2, axis=1),
    "rosenbrock": lambda x: np.sum(100 * (x[:, :-1] ** 2 - x[:, 1:]) ** 2 + (x[:, :-1] - 1) ** 2, axis=1),
    "rastrigin": lambda x: 10 * GENES + np.sum(x**2 - 10 * np.cos(2 * np.pi * x), axis=1),
}


def evaluations(function, seed):
    count = [0, None]

    def counted(points):
        values = function(np.asarray(points))
        count[0] += len(values)
        if count[1] is None and np.min(values) < 1e-8:
            count[1] = count[0]
        return values.tolist()

    options = {"population_size": 50, "minimum_population_size": 50, "x_tol": -1.0}
    minionpy.Minimizer(counted, GENES * [(-5, 5)], algo="LSHADE", maxevals=100_000, seed=seed, options=options).optimize()
    return count[1]


def main():
    record = {"minionpy": "1.9.1", "genes": GENES, "population": 50, "evaluations": {}}
    for name, function in FUNCTIONS.items():
        record["evaluations"][name] = [evaluations(function, seed) for seed in range(1, 32)]
    pathlib.Path(sys.argv[1]).write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
