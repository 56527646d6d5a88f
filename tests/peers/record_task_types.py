# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/tasks/types.json from lm-evaluation-harness (environment eval): the tasks of compare_task_types.py on five items,
their documents, every prompt, response and result; metrics of more items than that from sklearn and sacrebleu through the harness."""

import shared  # isort: skip
import json
import random
import tempfile
from pathlib import Path

import compare_task_types as types
import harness_tasks
import lm_eval
from lm_eval.tasks._yaml_loader import load_yaml
from lm_eval.api.metrics import bootstrap_stderr, f1_score, matthews_corrcoef, perplexity
from lm_eval.api.registry import get_aggregation
from lm_eval.api.metrics import bleu as corpus_bleu
from lm_eval.api.metrics import chrf as corpus_chrf
from lm_eval.api.metrics import ter as corpus_ter

ITEMS = 5
# Reference and answer: what sacrebleu's words (mteval-v13a) turn on, orders without a match, answers too short and empty.
BLEU = [["The cat sat on the mat.", "A cat sat on a mat"], ["It cost $1,234.50, i.e. 3-4 times \"more\".", "It cost $1,234.50 i.e., 3-4 times &quot;more&quot;."],
        ["one two three four five six", "one two three four five"], ["x", "y"], ["", "x"], ["same text, both sides!", "same text, both sides!"],
        ["答えは 12 枚 です 。 はい", "答えは 12 枚 です ね 。"], ["a b c d e f g", "g f e d c b a"], ["end-\nof line\nbreak (a/b) [c] {d}", "endof line break ( a / b ) [c] {d} <skipped>"],
        ["3.14 is pi. 2,000 more", "3.14 is pi . 2,000 more ."], ["short", ""]]

# Moves of one word and of several, forwards, backwards and within their own place, words twice, answers far longer and shorter than the
# reference (the beam), nothing on either side, upper case, and pairs drawn from few words, where moves are many.
TER = [["a b c d e f", "d e f a b c"], ["the cat sat on the mat", "on the mat the cat sat"], ["a b c d", "b c d a"], ["a b c d", "d a b c"],
       ["x a b y", "a b x y"], ["a a b b", "b b a a"], ["The Mat.", "the mat."], ["", "x y"], ["", ""], ["x y", ""], ["a", "b"],
       [" ".join(str(i) for i in range(80)), "79 3 1"], ["7 8", " ".join(str(i) for i in range(120))],
       [" ".join(str(i) for i in range(70)), " ".join(str((i + 60) % 70) for i in range(70))]]
TER += [[" ".join(pick.choices("abcdefgh", k=pick.randrange(2, 30))), " ".join(pick.choices("abcdefgh", k=pick.randrange(2, 30)))]
        for pick in [random.Random(31)] for _ in range(40)]


def aggregations():
    """Values of items, the aggregate, and its bootstrapped standard error of 1,000 draws."""
    pick = random.Random(11)
    classes = [(pick.randrange(3), pick.randrange(3)) for _ in range(40)]
    pairs = [(min(a, 1), min(b, 1)) for a, b in classes]
    sums = [-1, -2, -3, -4.5]
    texts = [["答えは12枚です。", "答えは13枚です。"], ["The cat sat on the mat.", "A cat sat on a mat"], ["", "x"], ["same text", "same text"]]
    stderr = lambda metric, items: bootstrap_stderr(metric, items, 1000)
    return {"f1": {"items": pairs, "value": float(f1_score(pairs)), "stderr": float(stderr(f1_score, pairs))},
            "mcc": {"items": classes, "value": float(matthews_corrcoef(classes)), "stderr": float(stderr(matthews_corrcoef, classes))},
            "perplexity": {"items": sums, "value": perplexity(sums), "stderr": stderr(perplexity, sums)},
            "chrf": {"items": texts, "value": corpus_chrf(texts)},
            "bleu": {"items": BLEU, "value": corpus_bleu(BLEU), "stderr": float(bootstrap_stderr(corpus_bleu, BLEU, 100)),
                     "sentences": [corpus_bleu([pair]) for pair in BLEU]},
            "ter": {"items": TER, "value": corpus_ter(TER), "sentences": [corpus_ter([pair]) for pair in TER]}}


def plain_file(folder, name):
    """The harness's file of a task as one mapping without functions, over the documents here. The test puts the ports in their places."""
    configs = [load_yaml(path, resolve_func=False) for path in (folder / "harness").rglob("*.yaml")]
    config = next(config for config in configs if config["task"] == name)
    for key in harness_tasks.FUNCTIONS[name]:
        del config[key]
    for key in harness_tasks.FUNCTIONS[name]:  # something that can be read, until the port takes its place
        if key.startswith("doc_to"):
            config[key] = ["x"] if key == "doc_to_choice" else ""
    files = {split: f"{name}_{split}.jsonl" for split in harness_tasks.SPLITS[name]}
    return json.dumps({**config, "dataset_path": "json", "dataset_kwargs": {"data_files": files}}, ensure_ascii=False)


def main():
    assert get_aggregation("chrf") is corpus_chrf
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        types.write_tasks(folder, ITEMS)
        harness_tasks.write(folder, ITEMS)
        names = [*types.TASKS, *harness_tasks.TASKS]
        peer = types.theirs(folder, names, bootstrap_iters=100)
        tasks = {}
        for name in names:
            samples = {s["doc_id"]: s for s in peer["samples"][name]}
            results = {key: value for key, value in peer["results"][name].items() if "," in key and "stderr" not in key}
            own = name in types.TASKS
            tasks[name] = {"file": (folder / f"{name}.yaml").read_text() if own else plain_file(folder, name), "results": results,
                           "functions": {} if own else harness_tasks.FUNCTIONS[name], "items": [
                {"arguments": types.arguments(samples[i]), "sums": [] if types.is_text(samples[i]) else types.sums(samples[i]),
                 "answer": samples[i]["resps"][0][0] if types.is_text(samples[i]) else ""} for i in sorted(samples)]}
        chat = {}
        for multiturn in (True, False):
            model = types.chat_model(folder) if multiturn else folder / "model"
            peer = types.theirs(folder, types.CHAT_TASKS, bootstrap_iters=0, model=model, apply_chat_template=True, fewshot_as_multiturn=multiturn,
                                system_instruction=types.SYSTEM)
            chat["turns" if multiturn else "one turn"] = {name: [types.arguments(sample) for sample in sorted(
                {s["doc_id"]: s for s in peer["samples"][name]}.values(), key=lambda s: s["doc_id"])] for name in types.CHAT_TASKS}
        documents = {path.name: path.read_text() for path in [*folder.glob("*.jsonl"), *folder.glob("data/*.jsonl")]}
    shared.write_json(shared.GOLDEN / "tasks" / "types.json", {"by": f"lm_eval {lm_eval.__version__}, float32, batch size 1", "model": types.MODEL.name,
                                                               "documents": documents, "tasks": tasks, "chat": chat, "chat_template": types.CHAT_TEMPLATE, "system": types.SYSTEM, "aggregations": aggregations()}, depth=2)


if __name__ == "__main__":
    main()
