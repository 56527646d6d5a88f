# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""lm-evaluation-harness's own hellaswag, winogrande, truthfulqa_mc1, truthfulqa_mc2 and wikitext: their files as they are, and documents in
the form of their data sets, made here, since tests download nothing."""

import shared  # isort: skip
import json
import random
import shutil
from pathlib import Path

import datasets
import lm_eval

# task: its data set on the hub
TASKS = {"hellaswag": "Rowan/hellaswag", "winogrande": "allenai/winogrande", "truthfulqa_mc1": "truthfulqa/truthful_qa",
         "truthfulqa_mc2": "truthfulqa/truthful_qa", "wikitext": "EleutherAI/wikitext_document_level"}
FOLDERS = ["hellaswag", "winogrande", "truthfulqa", "wikitext"]
# Modules with a port, and what the ported functions stand for; the tests use them without the modules.
FUNCTIONS = {
    "hellaswag": {"process_docs": "hellaswag/utils.py:process_docs"},
    "winogrande": {key: f"winogrande/preprocess_winogrande.py:{key}" for key in ("doc_to_text", "doc_to_target", "doc_to_choice")},
    "truthfulqa_mc1": {},
    "truthfulqa_mc2": {"process_results": "truthfulqa/utils.py:process_results_mc2"},
    "wikitext": {"doc_to_target": "wikitext/preprocess_wikitext.py:wikitext_detokenizer",
                 "process_results": "wikitext/preprocess_wikitext.py:process_results"},
}
SPLITS = {"hellaswag": ["validation", "train"], "winogrande": ["validation", "train"], "truthfulqa_mc1": ["validation"],
          "truthfulqa_mc2": ["validation"], "wikitext": ["test", "validation", "train"]}
WITH_EXAMPLES = ["hellaswag", "winogrande"]  # those that have any

WORDS = ("the cat sat on mat and 12 sheep of Anna's farm near river; she said: 'go home' 答え りんご 枚 Ärger Straße déjà-vu ÉTÉ naïve ΣΟΦΟΣ ǆ ﬁne "
         "[title] [header] [step] [substeps] (see) \"quoted\"").split(" ")
# What process_docs, doc_to_* and the detokenizer look for, among plain words.
MARKS = ["  ", " [title] ", "[a\nb]", "[]", " @-@ ", " @,@ ", " @.@ ", " : ", " ; ", " . ", " ! ", " ? ", " , ", " ( x ) ", " [ y ] ", " { z } ",
         ' " q " ', " ' s ' ", "= = = =", "= = =", "= =", " ° ", " \n", "\n ", " N ", " 's ", "s '", "/' 7/", "(", "{", "\u00a0", "\u3000"]


def text(pick, least=3, most=12, marks=0.25):
    parts = []
    for _ in range(pick.randint(least, most)):
        parts.append(pick.choice(MARKS) if pick.random() < marks else pick.choice(WORDS) + pick.choice([" ", " ", " ", ""]))
    return "".join(parts)


def hellaswag(pick, number):
    context = text(pick)
    return {"ind": number, "activity_label": pick.choice(["Making tea", " Sailing [title]", "紅茶"]), "ctx_a": context,
            "ctx_b": pick.choice(["", text(pick, 1, 4), "ßtraße ΟΔΟΣ", "ǆUNGLA [x] A", "ŉ ΣΑΣ"]), "ctx": context,
            "endings": [text(pick) + "x" for _ in range(4)], "source_id": f"activitynet~v_{number}", "split": "val",
            "split_type": "indomain", "label": str(pick.randrange(4))}


def winogrande(pick, number):
    return {"sentence": f"{text(pick, 2, 6)}_{text(pick, 2, 6)}{pick.choice(['.', ' _ ', ''])}z ", "option1": pick.choice(WORDS),
            "option2": text(pick, 1, 2), "answer": pick.choice("12")}


def truthfulqa(pick, number):
    def targets(count, sort):
        labels = [1] + [pick.randrange(2) for _ in range(count - 1)]
        return {"choices": [text(pick, 2, 6, 0.05) + "e" for _ in labels], "labels": sorted(labels, reverse=True) if sort else labels}
    first = targets(pick.randint(2, 5), True)
    return {"question": text(pick) + "?", "mc1_targets": {"choices": first["choices"], "labels": [1] + [0] * (len(first["choices"]) - 1)},
            "mc2_targets": targets(pick.randint(2, 11), pick.random() < 0.5)}


def wikitext(pick, number):
    return {"page": f" = Page {number} = \n \n {text(pick, 30, 60, 0.5)}\n = = Part = = \n{text(pick, 10, 20, 0.5)}"}


MAKERS = {"hellaswag": hellaswag, "winogrande": winogrande, "truthfulqa_mc1": truthfulqa, "truthfulqa_mc2": truthfulqa, "wikitext": wikitext}


def write(folder, count):
    """The harness's folders of tasks, unchanged, and data/TASK_SPLIT.jsonl."""
    tasks = Path(lm_eval.__file__).parent / "tasks"
    for name in FOLDERS:
        shutil.copytree(tasks / name, folder / "harness" / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "data").mkdir()
    for task, splits in SPLITS.items():
        for split in splits:
            # Both truthfulqa tasks ask the same documents, as with the real data.
            pick = random.Random(f"{MAKERS[task].__name__} {split}")
            rows = [MAKERS[task](pick, number) for number in range(count)]
            (folder / "data" / f"{task}_{split}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    serve(folder / "data")


def serve(folder):
    """`datasets` finds the data sets of these tasks in the folder instead of on the hub."""
    load = datasets.load_dataset
    served = {"Rowan/hellaswag": "hellaswag", "allenai/winogrande": "winogrande", "truthfulqa/truthful_qa": "truthfulqa_mc1",
              "EleutherAI/wikitext_document_level": "wikitext"}

    def load_dataset(path, name=None, **rest):
        if path not in served:
            return load(path=path, name=name, **rest)
        files = {split: str(folder / f"{served[path]}_{split}.jsonl") for split in SPLITS[served[path]]}
        return load("json", data_files=files)

    datasets.load_dataset = load_dataset
