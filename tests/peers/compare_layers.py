# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""A search of layers with scales, and one of weights and then layers, in f32: lm-evaluation-harness on the exported,
folded winner gives the scores of the sealed items that the run has.

    build/peers/eval/bin/python tests/peers/compare_layers.py [--limit N]
"""

import shared  # isort: skip
import argparse
import json
import re
import tempfile
from pathlib import Path

import peer_lm_eval

TASK = "pocket_math_ja"
KIND = "math_ja"


def searched(name, limit, folder):
    """The run of a bundled search file with candidates and arithmetic in f32, and a metric that the harness knows."""
    text = (shared.POCKET / f"{name}.yaml").read_text(encoding="utf-8")
    text = text.replace("dtype: bfloat16", "dtype: float32").replace("exact_match_in_language", "exact_match")
    text = re.sub(r"evaluations: \d+", "evaluations: 40", text)
    text = text.replace("include_path: tasks", f"include_path: {shared.TASKS}\nlimit: {limit}")
    text = re.sub(r"\b(models: |base_model: )(.*)", lambda found: found[1] + re.sub(r"\b(math|ja|chat|base)\b",
                                                                                     rf"{shared.POCKET}/\1", found[2]), text)
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    shared.run_tsugi("evolve", file, "--output", folder / name, "--quiet")
    return folder / name


def compare(name, limit, folder, table):
    run = searched(name, limit, folder)
    ours = {row["doc_id"]: float(row["exact_match"])
            for row in shared.read_samples(run / "samples" / "evolved" / f"samples_{TASK}.jsonl")}
    samples, _ = peer_lm_eval.evaluate(run / "winner", [KIND], limit)
    theirs = {row["doc_id"]: float(row["exact_match"]) for row in samples[KIND]}
    differing = [item for item, value in ours.items() if theirs[item] != value]
    layers = json.loads((run / "winner" / "config.json").read_text(encoding="utf-8"))["num_hidden_layers"]
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    score = next(model["score"] for model in result["models"] if model["kind"] == "winner")
    mean = sum(theirs[item] for item in ours) / len(ours)
    table.line(f"sealed items of {name}'s winner", "lm-eval", "equal", f"{len(differing)} differ", not differing,
               f"{len(ours)} items, {layers} layers")
    table.line(f"score of {name}'s winner", "lm-eval", "equal", f"{score:.4f}", abs(score - mean) < 1e-12, f"theirs {mean:.4f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=int, default=400)
    arguments = parser.parse_args()
    table = shared.Table()
    with tempfile.TemporaryDirectory() as folder:
        for name in ["layers", "staged"]:
            compare(name, arguments.limit, Path(folder), table)
    table.end()


if __name__ == "__main__":
    main()
