# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/lm_eval.json from lm-evaluation-harness (environment eval)."""

import shared  # isort: skip
import time
from importlib.metadata import version

import peer_lm_eval

MODELS = ["base", "math", "ja"]
ITEMS = 100


def recorded(kind, samples, results):
    metric, pipeline = peer_lm_eval.metric_of(kind)
    row = {"metric": metric, "filter": pipeline, "mean": results[f"{metric},{pipeline}"],
           "stderr": results[f"{metric}_stderr,{pipeline}"], "values": [int(sample[metric]) for sample in samples]}
    if kind == "choice_ja":
        row["log_likelihoods"] = [peer_lm_eval.log_likelihoods(sample) for sample in samples]
    return row


def main():
    models = {}
    for name in MODELS:
        begin = time.monotonic()
        samples, results = peer_lm_eval.evaluate(shared.POCKET / name, shared.ALL_TASKS, ITEMS)
        models[name] = {f"pocket_{kind}": recorded(kind, samples[kind], results[f"pocket_{kind}"]) for kind in shared.ALL_TASKS}
        seconds = (time.monotonic() - begin) / (ITEMS * len(shared.ALL_TASKS))
        means = {task: row["mean"] for task, row in models[name].items()}
        print(f"{name}: {seconds:.3f} s an item, {means}", flush=True)
    by = f"lm_eval {version('lm_eval')}, transformers {version('transformers')}, float32, batch size 1"
    shared.write_json(shared.GOLDEN / "lm_eval.json", {"by": by, "items": ITEMS, "models": models}, depth=4)


if __name__ == "__main__":
    main()
