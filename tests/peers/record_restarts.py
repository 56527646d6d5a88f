# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Prints the evaluations that pycma needs with restarts on Rastrigin's function: python record_restarts.py GENES ipop|bipop RUNS

Each run from uniform points of [-5, 5]^GENES with a first step of 2, to a value below 1e-8. Ten genes with ipop and 51
runs take half an hour; tests/evolve/optimizers/long/counts_test.cpp has the median.
"""
import sys

import cma
import numpy as np


def rastrigin(x):
    x = np.asarray(x)
    return float(10 * len(x) + np.sum(x**2 - 10 * np.cos(2 * np.pi * x)))


def main():
    genes, bipop, runs = int(sys.argv[1]), sys.argv[2] == "bipop", int(sys.argv[3])
    counts = []
    for seed in range(1, runs + 1):
        starts = np.random.default_rng(seed)
        result = cma.fmin(rastrigin, lambda: starts.uniform(-5, 5, genes), 2,
                          {"verbose": -9, "ftarget": 1e-8, "seed": seed, "verb_log": 0}, restarts=9, bipop=bipop)
        counts.append(result[3])
        print(f"seed {seed}: {result[3]} evaluations, median so far {np.median(counts):.0f}", flush=True)


if __name__ == "__main__":
    main()
