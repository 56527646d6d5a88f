# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Generated item files, csv and JSON, read by our program and by `datasets`, as the harness does (environment eval): equal documents, values and
types. What one of the two refuses alone is counted.

    compare_data.py [--files 400] [--seed 1] [--show 5]
"""

import shared  # isort: skip
import argparse
import collections
import csv
import datetime
import io
import json
import logging
import random
import subprocess
import tempfile
from pathlib import Path

import datasets

INTEGERS = ["0", "7", "-3", "12", "+5", "007", "9007199254740993", "9223372036854775807", "-0"]
FLOATS = ["0.5", "-1.25", "1.", ".5", "1e5", "1E-3", "3.0", "-0.0", "0.1", "123456789.123", "1e400", "inf", "-inf", "Infinity", "nan"]
WORDS = ["a", "b c", " x", "x ", "", "日本語", "it's", 'say "hi"', "x,y", "two\nlines", "1,000", "0x10", "1_000", "5%", "TRUE", "yes", "None", "NA", "null", "n/a", "-", "2020-01-02",
         "2020-01-02 03:04:05", "12:30", "\t", "=1+1", "é", "#N/A", "N/A x", "True "]
LOGICAL = ["True", "False", "true", "FALSE", "TRUE", "false"]
HUGE = ["9223372036854775808", "18446744073709551616", "-9223372036854775809", "18446744073709551615"]
EMPTY = ["", "NA", "nan", "None"]
LONG = [repr(random.Random(i).uniform(-1, 1) * 10.0 ** (i % 40 - 20)) for i in range(60)] + [f"{random.Random(i).random():.{i % 25}f}" for i in range(60)]
POOLS = [LONG, INTEGERS, INTEGERS, FLOATS, WORDS, WORDS, LOGICAL, INTEGERS + FLOATS, INTEGERS + EMPTY, FLOATS + EMPTY, LOGICAL + EMPTY, INTEGERS + WORDS, INTEGERS + LOGICAL, INTEGERS + HUGE,
         WORDS + EMPTY, ["2020-01-02", "2021-12-31"], [" 5", "6 ", "7"], ["1.0", "2.0"], EMPTY]

JSON_TEXTS = ["12", "1.5", "007", "+5", "1e5", "1.", "true", "null", "NaN", "Infinity", "[1, 2.25]", "{}", '{"a": [null]}', '"q"', " 7 ", "[1", "-", "1 2", "0.12345678901234"]


class Writer:
    def __init__(self, seed):
        self.pick = random.Random(seed)

    def table(self):
        """A csv file: (name, text)."""
        columns = self.pick.randint(1, 4)
        pools = [self.pick.choice(POOLS) for _ in range(columns)]
        some = [self.pick.sample(pool, min(len(pool), self.pick.choice([1, 2, 4, 20]))) for pool in pools]
        rows = [[self.pick.choice(values) for values in some] for _ in range(self.pick.randint(1, 6))]
        out = io.StringIO()
        separator = self.pick.choice(",,\t")
        writer = csv.writer(out, delimiter=separator, lineterminator=self.pick.choice(["\n", "\n", "\r\n"]),
                            quoting=self.pick.choice([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
        writer.writerow([f"c{i}" for i in range(columns)])
        writer.writerows(rows)
        text = out.getvalue()
        if self.pick.random() < 0.2:
            text = text.rstrip("\r\n")
        return "items.tsv" if separator == "\t" else "items.csv", text

    def value(self, kind, depth=2):
        match kind:
            case "int":
                return self.pick.choice([0, 1, -5, 12, 2**53 + 1, 2**63 - 1])
            case "float":
                return self.pick.choice([0.5, -1.25, 1.0, 1e300, 3.0, -0.0, 0.1, self.pick.random(), self.pick.uniform(-1, 1) * 1e-7])
            case "text":
                return self.pick.choice(WORDS + JSON_TEXTS if self.pick.random() < 0.3 else WORDS)
            case "date":
                return self.pick.choice(["2020-01-02", "2021-12-31", "2020-01-02 03:04:05", "2020-01-02T03:04:05", "2020-01-02T03:04:05Z"])
            case "bool":
                return self.pick.random() < 0.5
            case "none":
                return None
            case "list":
                inner = self.pick.choice(["int", "text", "float", "bool", "list" if depth else "int", "object" if depth else "text"])
                return [self.value(inner, depth - 1) for _ in range(self.pick.randint(0, 3))]
            case "object":
                return {name: self.value(self.pick.choice(["int", "text", "float"]), depth - 1) for name in self.pick.sample("pqr", self.pick.randint(0, 3))}
        raise AssertionError(kind)

    def objects(self):
        """A JSON file: (name, text)."""
        kinds = ["int", "float", "text", "date", "bool", "none", "list", "object"]
        columns = {f"c{i}": self.pick.sample(kinds, self.pick.choice([1, 1, 1, 2])) + (["none"] if self.pick.random() < 0.3 else []) for i in range(self.pick.randint(1, 4))}
        rows = []
        for _ in range(self.pick.randint(1, 6)):
            row = {name: self.value(self.pick.choice(some)) for name, some in columns.items()}
            if self.pick.random() < 0.15:
                row.pop(self.pick.choice(sorted(row)))
            rows.append(row)
        ascii_only = self.pick.random() < 0.5
        if self.pick.random() < 0.1:  # no objects: `datasets` calls them `text`
            some = self.pick.choice([["text"], ["int", "float"], ["list"], ["date"], ["text", "none"], ["int", "text"]])
            return "items.json", json.dumps([self.value(self.pick.choice(some)) for _ in range(self.pick.randint(1, 6))], ensure_ascii=ascii_only)
        if self.pick.random() < 0.5:
            return "items.json", json.dumps(rows, ensure_ascii=ascii_only, indent=self.pick.choice([None, 1]))
        return "items.jsonl", "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows)


def plain(value):
    """A value and its type; what JSON has no word for by its text."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime.datetime):
        value = str(value)  # what templates print
    return (type(value).__name__, repr(value))


def theirs(folder, name):
    kind = "json" if "json" in name else "csv"
    try:
        with tempfile.TemporaryDirectory() as cache:
            options = {"sep": "\t"} if name.endswith(".tsv") else {}
            return list(datasets.load_dataset(kind, data_files=str(folder / name), cache_dir=cache, split="train", **options))
    except Exception as error:  # noqa: BLE001: any of Python's errors is one of ours
        return f"{type(error).__name__}: {str(error)[:200]}"


def ours(folder, name):
    (folder / "task.yaml").write_text(f"task: t\ndataset_path: {'json' if 'json' in name else 'csv'}\ndataset_kwargs: {{data_files: {name}}}\ntest_split: train\n"
                                      "output_type: multiple_choice\ndoc_to_text: \"{{ 'a' }}\"\ndoc_to_choice: [b, c]\ndoc_to_target: 0\n", encoding="utf-8")
    run = subprocess.run([shared.program(), "eval", shared.POCKET / "base", "--tasks", "t", "--include_path", folder, "--log_samples", "--output_path", folder / "out.json"],
                         capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        return run.stderr.strip()[:200]
    samples = next(folder.rglob("*samples*.jsonl"))
    return [json.loads(line)["doc"] for line in samples.read_text(encoding="utf-8").splitlines()]


def verdict(a, b):
    if isinstance(a, str) or isinstance(b, str):
        return "refused by both" if isinstance(a, str) and isinstance(b, str) else f"refused by {'datasets' if isinstance(a, str) else 'us'} alone"
    return "equal" if [plain(row) for row in a] == [plain(row) for row in b] else "different"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=5, help="examples of each difference")
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    datasets.disable_progress_bars()
    writer = Writer(given.seed)
    counts = collections.Counter()
    for _ in range(given.files):
        name, text = writer.table() if writer.pick.random() < 0.5 else writer.objects()
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            (folder / name).write_text(text, encoding="utf-8", newline="")
            a, b = theirs(folder, name), ours(folder, name)
        kind = verdict(a, b)
        counts[kind] += 1
        if kind != "equal" and counts[kind] <= given.show:
            print(f"--- {kind}: {name}\n{text}\n  datasets: {a}\n  tsugi:    {b}")
    print(", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))
    return 1 if counts["different"] or counts["refused by us alone"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
