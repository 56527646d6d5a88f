# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Greedy answers and log-likelihoods of 100 items: `tsugi eval` against transformers in f32.

    build/peers/eval/bin/python tests/peers/compare_transformers.py [MODEL…]     default: the bundled ja and base

For any model folder that both programs load, such as an exported winner.
"""

import shared  # isort: skip
import sys
from pathlib import Path

import peer_transformers

ITEMS = 100


def compare_answers(what, model, tokenizer, samples, table):
    prompts = map(shared.prompt, shared.items("math_ja", ITEMS))
    theirs = [peer_transformers.greedy(model, tokenizer, prompt) for prompt in prompts]
    ours = [sample["resps"][0][0] for sample in samples]
    differing = [i for i in range(ITEMS) if ours[i] != theirs[i]]
    note = f"item {differing[0]}: {ours[differing[0]]!r}, theirs {theirs[differing[0]]!r}" if differing else ""
    table.line(f"greedy answers {what}", "transformers", "equal", f"{len(differing)} differ", not differing, note)


def compare_likelihoods(what, model, tokenizer, samples, table):
    worst = 0.0
    for item, sample in zip(shared.items("choice_ja", ITEMS), samples, strict=True):
        theirs = peer_transformers.log_likelihoods(model, tokenizer, shared.prompt(item), item["choices"])
        ours = [float(pair[0][0]) for pair in sample["resps"]]
        worst = max(worst, *(abs(a - b) for a, b in zip(ours, theirs, strict=True)))
    table.likelihoods(what, "transformers", worst)


def main():
    table = shared.Table()
    for folder in sys.argv[1:] or [shared.POCKET / "ja", shared.POCKET / "base"]:
        model, tokenizer = peer_transformers.load(folder)
        samples, _ = shared.tsugi_eval(folder, ["math_ja", "choice_ja"], ITEMS)
        name = Path(folder).resolve().name
        compare_answers(name, model, tokenizer, samples["math_ja"], table)
        compare_likelihoods(name, model, tokenizer, samples["choice_ja"], table)
    table.end()


if __name__ == "__main__":
    main()
