# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""rougeL of generated answers without letters beyond ASCII, with one right answer or several, through our code and through rouge_score (environment eval, which has it with
lm-evaluation-harness): values of items to 1e-12. Letters of other scripts are words here and none there (docs/tasks.md), so they are left out.

    compare_overlap.py [--answers 20000] [--seed 1]

Needs build/release/tests/bench/metric (-DTSUGI_BENCH=ON).
"""

import shared  # isort: skip
import argparse

import compare_metrics
from metric_tasks import SPACES, WORDS, Writer

TASK = {"task": "t", "dataset_path": "json", "test_split": "test", "output_type": "generate_until", "doc_to_text": "q", "doc_to_target": "target", "metric_list": [{"metric": "rougeL"}]}
ITEMS = 50  # of one task


class Texts(Writer):
    def text(self, most=8):
        words = [self.pick.choice(WORDS) + self.pick.choice([*SPACES, "\0", "\x7f"]) for _ in range(self.pick.randint(0, most))]
        return "".join(words) if self.chance(0.8) else self.passage()

    def line(self):
        several = self.chance(0.3)
        targets = [[self.text() for _ in range(self.pick.randint(1, 4))] if several else self.text() for _ in range(ITEMS)]
        answers = [self.near(self.pick.choice(target) if several else target) for target in targets]
        return {"task": TASK, "documents": [{"q": "x", "target": target} for target in targets], "answers": answers, "resamples": 0}


def main():
    from rouge_score.rouge_scorer import RougeScorer

    parser = argparse.ArgumentParser()
    parser.add_argument("--answers", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    scorer, writer = RougeScorer(["rougeL"]), Texts(given.seed)
    lines = [writer.line() for _ in range(-(-given.answers // ITEMS))]
    worst, count = 0.0, 0
    for line, ours in zip(lines, compare_metrics.ours(lines), strict=True):
        (column,) = ours["columns"].values()
        for document, answer, found in zip(line["documents"], line["answers"], column["values"], strict=True):
            targets = document["target"] if isinstance(document["target"], list) else [document["target"]]
            wanted = max(scorer.score(target, answer)["rougeL"].fmeasure for target in targets)
            if abs(found - wanted) > compare_metrics.TOLERANCE:
                print(f"{answer!r} for {targets!r}: ours {found}, rouge_score {wanted}")
            worst, count = max(worst, abs(found - wanted)), count + 1
    table = shared.Table()
    table.line(f"rougeL of {count} answers", "rouge_score 0.1.2", f"{compare_metrics.TOLERANCE:.0e}", f"{worst:.1e}", worst <= compare_metrics.TOLERANCE)
    table.end()


if __name__ == "__main__":
    main()
