# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Records pycma's lq-CMA-ES, for tests/evolve/optimizers/: python record_lq.py OUT.json

"evaluations": true evaluations of fmin_lq_surr2 to a value below 1e-8 from 0.1 in every coordinate with a first step of
0.1, seeds 1 to 15. "models": points, values, then coefficients, model values and the stationary point of LQModel.
"""
import json
import pathlib
import sys

import cma
import cma.fitness_models
import numpy as np


def ellipsoid(x):
    x = np.asarray(x)
    return float(np.sum(1e6 ** (np.arange(len(x)) / (len(x) - 1)) * x**2))


def rosenbrock(x):
    x = np.asarray(x)
    return float(np.sum(100 * (x[:-1] ** 2 - x[1:]) ** 2 + (x[:-1] - 1) ** 2))


FUNCTIONS = {"sphere": lambda x: float(np.sum(np.asarray(x) ** 2)), "ellipsoid": ellipsoid, "rosenbrock": rosenbrock}
RUNS = [("sphere", 10), ("sphere", 20), ("ellipsoid", 5), ("ellipsoid", 10), ("rosenbrock", 5), ("rosenbrock", 10)]


def evaluations(function, genes, seed):
    options = {"seed": seed, "verbose": -9, "ftarget": 1e-8, "maxfevals": 20_000}
    count = [0, None]

    def counted(x):
        count[0] += 1
        value = function(x)
        if count[1] is None and value < 1e-8:
            count[1] = count[0]
        return value

    cma.fmin_lq_surr2(counted, genes * [0.1], 0.1, options)
    return count[1]


def model(count, seed):
    generator = np.random.default_rng(seed)
    points = generator.normal(size=(count, 3))
    values = [rosenbrock(x) for x in points]
    surrogate = cma.fitness_models.LQModel()
    for x, value in zip(points, values):
        surrogate.add_data_row(x, value)
    return {"points": points.tolist(), "values": values, "best": np.asarray(surrogate.xopt).tolist(),
            "kendall": float(surrogate.kendall(15)), "modelled": [float(surrogate.eval(x)) for x in points + 0.1]}


def main():
    record = {"pycma": cma.__version__.split()[0], "models": [model(count, count) for count in (4, 8, 12, 16, 30)],
              "evaluations": []}
    for name, genes in RUNS:
        counts = [evaluations(FUNCTIONS[name], genes, seed) for seed in range(1, 16)]
        record["evaluations"].append({"function": name, "genes": genes, "counts": counts})
        print(name, genes, counts, flush=True)
    pathlib.Path(sys.argv[1]).write_text(json.dumps(record, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
