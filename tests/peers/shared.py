# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Places, files and table lines that all peer scripts share. Needs nothing but Python."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POCKET = ROOT / "recipes" / "pocket"
TASKS = POCKET / "tasks"
GOLDEN = ROOT / "tests" / "golden"
ALL_TASKS = ["math_ja", "math_en", "chat_ja", "chat_en", "trans", "choice_ja"]
NEW_TOKENS = 64  # max_gen_toks of every bundled task
# Sums of some 20 terms ln p, each the difference of a logit and a logarithm of a sum, both near 20 and each known to about
# 5e-7 of itself after 8 layers in f32 (logits of the two programs agree to 7.8e-7 of the largest): 20 x 20 x 5e-7.
LIKELIHOOD_TOLERANCE = 2e-4

# Everything is on this disk; a look at a hub would only be slow, or change what is compared.
os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
# One thread: the bundled models are too small to share, and on a busy machine waiting for a second thread takes all the time.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HOME", str(ROOT / "build" / "peers" / "cache"))


def items(kind, limit=None):
    """The first `limit` items of a bundled kind, as dictionaries."""
    lines = (POCKET / "items" / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[:limit]]


def prompt(item):
    """What the bundled task files' doc_to_text renders."""
    return f"Q: {item['question']}\nA:"


def json_text(value, depth):
    """JSON with the objects of the outer `depth` levels spread over lines: a new recording differs where a value does."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    members = (f"{json.dumps(key, ensure_ascii=False)}:{json_text(value[key], depth - 1)}" for key in sorted(value))
    return "{\n" + ",\n".join(members) + "\n}"


def write_json(path, value, depth=3):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json_text(value, depth) + "\n", encoding="utf-8")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")


def program():
    """The program that is compared: TSUGI, else the release build."""
    path = Path(os.environ.get("TSUGI", ROOT / "build" / "release" / "tsugi"))
    if not path.exists():
        sys.exit(f"{path} is not built; run 'make build', or name the program in TSUGI")
    return path


def run_tsugi(*arguments):
    done = subprocess.run([program(), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"tsugi {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr}")


def tsugi_eval(model, kinds, limit=None):
    """{kind: samples in item order} of `tsugi eval MODEL` in f32, and the results document."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "results.json"
        limits = [] if limit is None else ["--limit", limit]
        run_tsugi("eval", model, "--tasks", ",".join(f"pocket_{kind}" for kind in kinds), "--include_path", TASKS,
                  "--dtype", "float32", *limits, "--log_samples", "--output_path", output, "--quiet")
        samples = {kind: read_samples(output.parent / f"samples_pocket_{kind}.jsonl") for kind in kinds}
        return samples, json.loads(output.read_text(encoding="utf-8"))["results"]


def read_samples(path):
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return sorted(rows, key=lambda row: row["doc_id"])


class Table:
    """One line a comparison: what, peer, tolerance, worst seen, pass or FAIL. Its exit code says whether all passed."""

    def __init__(self):
        self.failed = False

    def line(self, what, peer, tolerance, worst, passed, note=""):
        self.failed |= not passed
        result = "pass" if passed else "FAIL"
        print(f"{what:<44} {peer:<20} {tolerance:>12} {worst:>12}  {result}  {note}".rstrip(), flush=True)

    def likelihoods(self, what, peer, worst):
        """A line for the largest difference of two programs' log-likelihoods."""
        self.line(f"log-likelihoods {what}", peer, f"{LIKELIHOOD_TOLERANCE:.0e}", f"{worst:.1e}", worst <= LIKELIHOOD_TOLERANCE)

    def end(self):
        sys.exit(1 if self.failed else 0)
