# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Generated task files of all request types with documents and answers, through our code and through lm-evaluation-harness's own tasks (environment eval):
requests, values of items, metrics and bootstrapped standard errors. Where both give numbers, the same ones; where the harness breaks off, so do we.
What we alone refuse is counted, by message.

    compare_metrics.py [--tasks 10000] [--seed 1] [--show 10] [--refused]

Needs build/release/tests/bench/metric (-DTSUGI_BENCH=ON).
"""

import shared  # isort: skip
import argparse
import collections
import contextlib
import copy
import io
import json
import logging
import math
import os
import re
import subprocess
import tempfile
import warnings

from metric_tasks import Writer

METRIC = shared.ROOT / "build" / "release" / "tests" / "bench" / "metric"
# Sums of a few terms, in another order: some units in the last place. Errors are differences of scores, and as far off as those.
TOLERANCE = 1e-12


class Documents(list):
    """What a task asks of a split of `datasets`."""

    @property
    def features(self):
        return dict.fromkeys(self[0])


class Harness:
    """The harness's own task, from its task file to its results; only the model is left out."""

    def __init__(self):
        from lm_eval.api.task import ConfigurableTask
        from lm_eval.evaluator_utils import _compute_task_aggregations

        class Task(ConfigurableTask):
            def download(self, *_, **__):
                self.dataset = {"test": Documents(copy.deepcopy(documents[0]))}

        documents = [[]]
        self.task, self.documents, self.aggregated = Task, documents, _compute_task_aggregations

    def result(self, line):
        self.documents[0] = line["documents"]
        task = self.task(config=copy.deepcopy(line["task"]))
        asked = [self.requests(task, i, document) for i, document in enumerate(task.eval_docs)]
        for instances, answer in zip(asked, line["answers"], strict=True):
            for i, instance in enumerate(instances):
                instance.resps = [response(task.OUTPUT_TYPE, answer, i)] * (line["task"].get("repeats") or 1)
        task._instances = [instance for instances in asked for instance in instances]
        task.apply_filters()
        raw = collections.defaultdict(list)
        for name in task._instances[0].filtered_resps:
            for document, instances in zip(task.eval_docs, asked, strict=True):
                for metric, value in task.process_results(document, [instance.filtered_resps[name] for instance in instances]).items():
                    raw[metric, name].append(value)
        scores, _ = self.aggregated(task, raw, line["resamples"])
        columns = {f"{metric},{name}": {"score": scores[f"{metric},{name}"], "stderr": scores[f"{metric}_stderr,{name}"]} | self.rows(task, metric, values)
                   for (metric, name), values in raw.items()}
        texts = task.OUTPUT_TYPE == "generate_until"
        return {"requests": [[] if texts else [instance.args[-1] for instance in instances] for instances in asked], "columns": columns}

    @staticmethod
    def requests(task, i, document):
        context = task.fewshot_context(document, num_fewshot=0)
        instances = task.construct_requests(doc=document, ctx=context, metadata=("t", i, 1), apply_chat_template=False, chat_template=None)
        instances = instances if isinstance(instances, list) else [instances]
        for instance in instances:
            for argument in instance.args[: 1 if task.OUTPUT_TYPE == "generate_until" else None]:
                if not isinstance(argument, str):
                    raise TypeError("a model would be given no text")
        return instances

    @staticmethod
    def rows(task, metric, values):
        """What an item has on its own, where the harness has it."""
        if metric in ("f1", "mcc"):
            return {"parts": [(gold[0] if isinstance(gold, list) else gold, found) for gold, found in values]}
        if metric in ("bleu", "chrf", "chrf++", "ter", "brier_score"):
            return {"values": [task.aggregation()[metric]([value]) for value in values]}
        if isinstance(values[0], tuple):
            return {"values": [value for value, _ in values], "parts": [[part] for _, part in values]}
        return {"values": values}


def response(kind, answer, i):
    if kind == "generate_until":
        return answer
    value, greedy = float(answer[i][0]), answer[i][1]
    return value if kind == "loglikelihood_rolling" else (value, greedy)


def theirs(harness, line):
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return harness.result(line)
    except Exception as error:  # noqa: BLE001: any of Python's errors is one of ours
        return {"error": error}


def ours(lines):
    with tempfile.NamedTemporaryFile(suffix=".jsonl", mode="w") as documents:
        documents.write("{}\n")
        documents.flush()
        text = "".join(json.dumps({**line, "task": line["task"] | {"dataset_kwargs": {"data_files": {"test": documents.name}}}}, ensure_ascii=False) + "\n" for line in lines)
        run = subprocess.run([METRIC, documents.name], input=text, capture_output=True, text=True, timeout=60 + len(lines))
    rows = run.stdout.split("\n")[:-1]
    if run.returncode != 0:
        raise SystemExit(f"metric ended with {run.returncode} {run.stderr} at {json.dumps(lines[len(rows)], ensure_ascii=False)}")
    return map(json.loads, rows)


def same(a, b, size=0.0):
    """Of our value and the harness's, of any shape; `size` is what they are differences of."""
    if isinstance(b, (list, tuple)):
        return isinstance(a, list) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(b, str):
        return a == b
    if isinstance(a, str) and a == "N/A":
        return False
    a, b = float(a), float(b)
    return a == b or (math.isnan(a) and math.isnan(b)) or abs(a - b) <= TOLERANCE * max(abs(a), abs(b), size)


def differences(a, b):
    """Places where our result is not the harness's."""
    if not same(a["requests"], b["requests"]):
        yield "requests"
    if a["columns"].keys() != b["columns"].keys():
        yield f"columns {sorted(a['columns'].keys() ^ b['columns'].keys())}"
    for name in a["columns"].keys() & b["columns"].keys():
        for part in b["columns"][name]:
            found, wanted = a["columns"][name].get(part), b["columns"][name][part]
            if not same(found, wanted, abs(float(b["columns"][name]["score"])) if part == "stderr" else 0.0):
                yield f"{part} of {name}: ours {found}, harness {wanted}"


def reason(error):
    """A message without what it quotes."""
    if isinstance(error, Exception):
        return f"{type(error).__name__}: " + re.sub(r"'[^']*'|\d+|\n.*", "", str(error))[:90]
    return re.sub(r"^\S+ |'[^']*'|\"[^\"]*\"|-?\d+", "", error)[:120].replace("\n", " ")


def verdict(a, b):
    if "error" in a:
        return "refused by both" if "error" in b else "refused by us alone"
    if "error" in b:
        return "given by us alone"
    return "different" if list(differences(a, b)) else "equal"


def show(kind, line, a, b):
    print(kind, json.dumps(line, ensure_ascii=False))
    if kind == "different":
        for difference in differences(a, b):
            print("   ", difference)
    else:
        print("    ours   ", a.get("error") or a["columns"])
        print("    harness", repr(b["error"]) if "error" in b else b["columns"], flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tasks", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=10, help="examples of differences")
    parser.add_argument("--refused", action="store_true", help="count what one of the two refuses, by message")
    given = parser.parse_args()
    os.environ["DISABLE_MULTIPROC"] = "1"  # of the bootstrap, whose pools would take longer than its draws
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")  # of numpy and sklearn about cases without a value
    harness, writer = Harness(), Writer(given.seed)
    counts, refused, shown = collections.Counter(), collections.Counter(), 0
    for begin in range(0, given.tasks, 500):
        lines = [writer.task() for _ in range(min(500, given.tasks - begin))]
        for line, a in zip(lines, ours(lines), strict=True):
            b = theirs(harness, line)
            kind = verdict(a, b)
            counts[kind] += 1
            if kind != "equal":
                refused[f"{kind}: {reason(a.get('error') or b.get('error') or next(differences(a, b)))}"] += 1
            if kind in ("different", "given by us alone") and shown < given.show:
                shown += 1
                show(kind, line, a, b)
    print(", ".join(f"{count} {name}" for name, count in counts.most_common()))
    if given.refused:
        for message, count in refused.most_common(80):
            print(f"{count:8} {message}")
    return 1 if counts["different"] + counts["given by us alone"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
