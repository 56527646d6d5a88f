# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""lm-evaluation-harness on the bundled task files as they are: f32, batch size 1, working directory recipes/pocket/tasks."""

import shared  # isort: skip
import contextlib

import lm_eval
from lm_eval.tasks import TaskManager

METRIC = {"choice_ja": ("acc", "none"), "math_ja": ("exact_match", "last-number"), "math_en": ("exact_match", "last-number")}


def metric_of(kind):
    """(metric, filter pipeline) of a bundled task."""
    return METRIC.get(kind, ("exact_match", "stripped"))


def evaluate(model, kinds, limit=None):
    """({kind: samples in item order}, {task: results row})"""
    with contextlib.chdir(shared.TASKS):
        done = lm_eval.simple_evaluate(
            model="hf", model_args={"pretrained": str(model), "dtype": "float32"},
            tasks=[f"pocket_{kind}" for kind in kinds], task_manager=TaskManager(include_path=".", include_defaults=False),
            batch_size=1, device="cpu", limit=limit, log_samples=True, bootstrap_iters=100)
    samples = {kind: sorted(done["samples"][f"pocket_{kind}"], key=lambda row: row["doc_id"]) for kind in kinds}
    return samples, done["results"]


def log_likelihoods(sample):
    """Of a multiple-choice sample: one sum for each choice."""
    return [pair[0][0] for pair in sample["resps"]]
