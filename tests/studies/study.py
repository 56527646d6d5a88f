#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Whole searches over several seeds, judged on fresh items that no part of a run has seen.

    study.py FOLDER --fresh SEED [--items 2000] [--seeds 10] NAME=SEARCH.yaml [NAME=SEARCH.yaml ...]

Every search runs with seeds 1 to N; each winner, the parents and the uniform merge answer fresh Japanese word problems
(recipes/pocket/make/items.py with the given seed, which should be drawn after the last change of the program). Printed are, for
each seed, the winner's gain over the best parent and over the uniform merge with paired 95 % intervals over items; and for each
search after the first its difference from the first, seed by seed, with the 95 % interval of its mean and its lower 95 % bound (one
side only): Student's over the seeds, and a bootstrap over seeds and items together. Costs are item evaluations and seconds of scoring as the journals have them: every
side but the sealed test, ties and means counted.

What FOLDER holds is not done again, so that a study can be stopped and continued. Needs nothing but Python; TSUGI names another
program than build/release/tsugi.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POCKET = ROOT / "recipes" / "pocket"
TSUGI = Path(os.environ.get("TSUGI", ROOT / "build" / "release" / "tsugi"))
TASK = "fresh_math_ja"
METRIC = "exact_match_in_language"
RESAMPLES = 1000  # an interval's end then moves by about 0.08 standard errors between two draws of them
# Quantile 0.975 of Student's t for 1 to 30 degrees of freedom (any table).
STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
           2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042]
# Quantile 0.95.
STUDENT_ONE_SIDE = [6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753,
                    1.746, 1.740, 1.734, 1.729, 1.725, 1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701, 1.699, 1.697]


def run(*arguments):
    done = subprocess.run([TSUGI, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"tsugi {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr}")


def fresh_items(folder, seed, count):
    """A task file over fresh items; the bundled one but for its name and items."""
    task = folder / f"{TASK}.yaml"
    if not task.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, POCKET / "make" / "items.py", folder, str(seed), str(count)], check=True)
        text = (POCKET / "tasks" / "math_ja.yaml").read_text(encoding="utf-8")
        text = text.replace("pocket_math_ja", TASK).replace("../items/math_ja.jsonl", f"{TASK}.jsonl")
        task.write_text(text, encoding="utf-8")


def answers(folder, name, model):
    """[item] 1 or 0: what the model gets right of the fresh items."""
    out = folder / "scores" / name / "results.json"
    if not out.exists():
        out.parent.mkdir(parents=True, exist_ok=True)
        run("eval", model, "--tasks", TASK, "--include_path", folder / "items", "--log_samples", "--output_path", out, "--quiet")
    lines = (out.parent / f"samples_{TASK}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = sorted((json.loads(line) for line in lines), key=lambda row: row["doc_id"])
    return [float(row[METRIC]) for row in rows if METRIC in row]


def search(folder, name, file, seed):
    """The finished run's folder."""
    out = folder / "runs" / f"{name}-{seed}"
    if not out.exists():
        begun = (out.parent / f".{out.name}.tsugi-partial").exists()
        if begun:
            run("evolve", "--resume", out, "--quiet")
        else:
            out.parent.mkdir(parents=True, exist_ok=True)
            run("evolve", file, "--seed", seed, "--output", out, "--quiet")
    return out


def cost(path):
    """Item evaluations before the sealed test is opened, seconds of scoring them, and those of them on the search side."""
    items, seconds, searching = 0, 0.0, 0.0
    for line in (path / "journal").read_text(encoding="utf-8").splitlines():
        record = json.loads(line.split(" ", 2)[2]).get("evaluation")
        if record is None or record["side"] == "test":
            continue
        items += len(record.get("values", []))
        seconds += record["seconds"][1]
        if record["side"] == "search":
            searching += record["seconds"][1]
    return items, seconds, searching


def interval(values):
    values = sorted(values)
    return values[int(0.025 * len(values))], values[int(0.975 * len(values)) - 1]


def paired(a, b, draw):
    """Mean of a - b and its paired bootstrap interval, in points."""
    differences = [x - y for x, y in zip(a, b, strict=True)]
    means = [statistics.fmean(draw.choices(differences, k=len(differences))) for _ in range(RESAMPLES)]
    low, high = interval(means)
    return 100 * statistics.fmean(differences), 100 * low, 100 * high


def student(values):
    """Both ends of the interval, and the one-sided lower bound."""
    mean = statistics.fmean(values)
    error = statistics.stdev(values) / len(values) ** 0.5
    half = STUDENT[len(values) - 2] * error
    return mean - half, mean + half, mean - STUDENT_ONE_SIDE[len(values) - 2] * error


def crossed(rows, draw):
    """Interval of the mean over seeds and items, both drawn anew: rows[seed][item] are differences."""
    means = []
    for _ in range(RESAMPLES):
        items = draw.choices(range(len(rows[0])), k=len(rows[0]))
        seeds = draw.choices(rows, k=len(rows))
        means.append(statistics.fmean(statistics.fmean([row[i] for i in items]) for row in seeds))
    low, high = interval(means)
    return 100 * low, 100 * high


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("searches", nargs="+", metavar="NAME=SEARCH.yaml")
    parser.add_argument("--fresh", type=int, required=True, help="seed of the fresh items")
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=10)
    given = parser.parse_args()
    folder = given.folder.resolve()
    # The openings of a study are its own: a user's ledger is about a user's runs.
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    fresh_items(folder / "items", given.fresh, given.items)
    draw = random.Random(given.fresh)
    searches = dict(text.split("=", 1) for text in given.searches)
    parents = {name: answers(folder, name, POCKET / name) for name in ("base", "math", "ja", "chat")}
    best = max(parents, key=lambda name: statistics.fmean(parents[name]))
    uniform = answers(folder, "uniform", Path(__file__).parent / "uniform.yaml")
    for name, values in {**parents, "uniform": uniform}.items():
        print(f"{name:12} {100 * statistics.fmean(values):6.2f} of {len(values)} fresh items")
    rows, costs = {}, {}
    for name, file in searches.items():
        rows[name], costs[name] = [], []
        wins = 0
        for seed in range(1, given.seeds + 1):
            out = search(folder, name, Path(file).resolve(), seed)
            values = answers(folder, f"{name}-{seed}", out / "winner")
            rows[name].append(values)
            costs[name].append(cost(out))
            over_parent = paired(values, parents[best], draw)
            over_uniform = paired(values, uniform, draw)
            wins += over_parent[1] > 0 and over_uniform[1] > 0
            print(f"{name:12} seed {seed:2}: {100 * statistics.fmean(values):6.2f}; over {best} {over_parent[0]:+.2f} "
                  f"[{over_parent[1]:+.2f}, {over_parent[2]:+.2f}], over uniform {over_uniform[0]:+.2f} "
                  f"[{over_uniform[1]:+.2f}, {over_uniform[2]:+.2f}]; {costs[name][-1][0]} item evaluations, "
                  f"{costs[name][-1][1]:.1f} s of scoring", flush=True)
        items, seconds, searching = (statistics.fmean(column) for column in zip(*costs[name], strict=True))
        mean = 100 * statistics.fmean(map(statistics.fmean, rows[name]))
        print(f"{name:12} mean {mean:.2f}; both intervals above zero for {wins} of {given.seeds} seeds; "
              f"{items:.0f} item evaluations, {seconds:.1f} s of scoring a run, {searching:.1f} s of them on the search side", flush=True)
        first = next(iter(searches))
        if name == first or given.seeds < 2:
            continue
        pairs = [[x - y for x, y in zip(a, b, strict=True)] for a, b in zip(rows[name], rows[first], strict=True)]
        by_seed = [100 * statistics.fmean(row) for row in pairs]
        t_low, t_high, bound = student(by_seed)
        low, high = crossed(pairs, draw)
        share = [statistics.fmean(c[k] for c in costs[name]) / statistics.fmean(c[k] for c in costs[first]) for k in range(3)]
        print(f"{name:12} - {first}: {statistics.fmean(by_seed):+.2f}; 95 % over seeds [{t_low:+.2f}, {t_high:+.2f}], lower "
              f"bound {bound:+.2f}; over seeds and items [{low:+.2f}, {high:+.2f}]; {100 * share[0]:.0f} % of the item evaluations, "
              f"{100 * share[1]:.0f} % of the scoring time, {100 * share[2]:.0f} % of that on the search side", flush=True)


if __name__ == "__main__":
    main()
