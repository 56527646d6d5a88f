# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Records what pycma does, for tests/evolve/optimizers/: python make_cma_golden.py OUT_FOLDER

Each file holds the settings, the state before the first tell(), and for every tell() the points, their values and the
state after it. Recorded with pycma 4.5.0, separable_6 with 4.4.0; both have the same defaults at the default population.
"""
import json
import pathlib
import sys

import cma
import numpy as np


def ellipsoid(x):
    scales = 1e6 ** (np.arange(len(x)) / (len(x) - 1))
    return float(np.sum(scales * np.asarray(x) ** 2))


def rosenbrock(x):
    x = np.asarray(x)
    return float(np.sum(100 * (x[:-1] ** 2 - x[1:]) ** 2 + (x[:-1] - 1) ** 2))


def outwards(x):
    """Best in a corner of the box, so that standard deviations run into their cap."""
    return float(-np.sum(np.asarray(x) * np.arange(1, len(x) + 1)))


def state_of(es):
    return {
        "mean": es.mean.tolist(),
        "sigma": float(es.sigma),
        "scaling": (np.ones(es.N) * es.sigma_vec.scaling).tolist(),
        "ps": es.adapt_sigma.ps.tolist(),
        "pc": es.pc.tolist(),
        "C": [] if es.opts["CMA_diagonal"] else es.sm.C.ravel().tolist(),
    }


def record(function, start, sigma, tells, seed, bounds=None, diagonal=False):
    options = {"seed": seed, "verbose": -9, "CMA_diagonal": diagonal}
    if bounds:
        options["bounds"] = bounds
    es = cma.CMAEvolutionStrategy(start, sigma, options)
    es.adapt_sigma.initialize(es)
    run = {
        "pycma": cma.__version__.split()[0],
        "population": es.popsize,
        "bounded": bool(bounds),
        "lazy_gap": 0 if diagonal else es.sm.lazy_update_gap,
        "before": state_of(es),
        "tells": [],
    }
    for _ in range(tells):
        points = es.ask()
        values = [function(x) for x in points]
        # What pycma computes with: before the box transform.
        inner = [es.gp.geno(np.array(x), from_bounds=es.boundary_handler.inverse, archive=es.sent_solutions)
                 for x in points]
        es.tell(points, values)
        step = {"inner": [np.asarray(x).tolist() for x in inner], "values": values, "after": state_of(es)}
        if bounds:
            step["points"] = [np.asarray(x).tolist() for x in points]
        run["tells"].append(step)
    return run


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    runs = {
        "ellipsoid_5": record(ellipsoid, 5 * [0.1], 0.1, 25, seed=7),
        "rosenbrock_10": record(rosenbrock, 10 * [0.1], 0.1, 20, seed=11),
        "box_4": record(outwards, 4 * [0.5], 1 / 6, 15, seed=13, bounds=[0, 1]),
        "separable_6": record(ellipsoid, 6 * [0.1], 0.1, 25, seed=17, diagonal=True),
    }
    for name, run in runs.items():
        (out / f"{name}.json").write_text(json.dumps(run, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
