# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Records the hypervolumes that pymoo's NSGA-II reaches, for tests/evolve/optimizers/: python record_moo.py OUT.json

ZDT1 to ZDT3 with 30 genes, 100 members, 200 generations, seeds 1 to 15; the hypervolume of all points that were
evaluated, towards the reference point (1.1, 1.1).
"""
import json
import pathlib
import sys

import numpy as np
import pymoo
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.indicators.hv import HV
from pymoo.optimize import minimize
from pymoo.problems import get_problem


def record_evaluations(problem):
    """The list that every later evaluation's objectives are appended to."""
    evaluated = []
    evaluate = problem._evaluate

    def recording(x, out, *args, **kwargs):
        evaluate(x, out, *args, **kwargs)
        evaluated.append(np.array(out["F"]))

    problem._evaluate = recording
    return evaluated


def main():
    hypervolume = HV(ref_point=np.array([1.1, 1.1]))
    record = {"pymoo": pymoo.__version__, "genes": 30, "population": 100, "generations": 200, "hypervolumes": {}}
    for name in ("zdt1", "zdt2", "zdt3"):
        volumes = []
        for seed in range(1, 16):
            problem = get_problem(name, n_var=30)
            evaluated = record_evaluations(problem)
            minimize(problem, NSGA2(pop_size=100), ("n_gen", 200), seed=seed)
            volumes.append(float(hypervolume(np.vstack(evaluated))))
        record["hypervolumes"][name] = volumes
    pathlib.Path(sys.argv[1]).write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
