# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""All six bundled tasks, item by item: `tsugi eval --dtype float32` against lm-evaluation-harness at batch size 1.

    build/peers/eval/bin/python tests/peers/compare_lm_eval.py [--limit N] [MODEL…]     default: math and ja, whole files
"""

import shared  # isort: skip
import argparse
import functools
import math
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import peer_lm_eval


def compare_task(what, kind, ours, theirs, results, table):
    metric, pipeline = peer_lm_eval.metric_of(kind)
    ours_values, theirs_values = ([float(sample[metric]) for sample in samples] for samples in (ours, theirs))
    differing = [i for i, (a, b) in enumerate(zip(ours_values, theirs_values, strict=True)) if a != b]
    mean = sum(theirs_values) / len(theirs_values)
    # Two sums of whole numbers divided by one count: equal but for the last rounding.
    passed = not differing and math.isclose(results[f"{metric},{pipeline}"], mean, rel_tol=1e-12)
    note = f"mean {mean:.4f} of {len(theirs_values)}" + (f"; first: item {differing[0]}" if differing else "")
    table.line(f"{metric} {what} {kind}", "lm-eval", "equal", f"{len(differing)} differ", passed, note)
    if kind == "choice_ja":
        compare_likelihoods(what, ours, theirs, table)


def compare_likelihoods(what, ours, theirs, table):
    worst = 0.0
    for a, b in zip(ours, theirs, strict=True):
        pairs = zip([float(pair[0][0]) for pair in a["resps"]], peer_lm_eval.log_likelihoods(b), strict=True)
        worst = max(worst, *(abs(x - y) for x, y in pairs))
    table.likelihoods(what, "lm-eval", worst)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=int)
    parser.add_argument("models", nargs="*", default=[shared.POCKET / "math", shared.POCKET / "ja"])
    arguments = parser.parse_args()
    models = [Path(model).resolve() for model in arguments.models]
    evaluate = functools.partial(peer_lm_eval.evaluate, kinds=shared.ALL_TASKS, limit=arguments.limit)
    table = shared.Table()
    # lm-eval takes nearly all of the time and one core: each model in a process of its own.
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        for model, (theirs, _) in zip(models, pool.map(evaluate, models), strict=True):
            ours, results = shared.tsugi_eval(model, shared.ALL_TASKS, arguments.limit)
            for kind in shared.ALL_TASKS:
                compare_task(model.name, kind, ours[kind], theirs[kind], results[f"pocket_{kind}"], table)
    table.end()


if __name__ == "__main__":
    main()
