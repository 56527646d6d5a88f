#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Token ids that lm-evaluation-harness's Hugging Face backend sends to the bundled base model.
Run: make_encoding_golden.py tests/golden/tasks (needs lm_eval 0.4.13 with its extra hf)"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

from lm_eval.models.huggingface import HFLM
from transformers import AutoTokenizer

MODEL = Path(__file__).resolve().parents[2] / "recipes" / "pocket" / "base"
BOS = "<|endoftext|>"

CHOICES = [
    ("Q: 1 + 1?\nA:", " ", ["2", "12 + 1 = 13。答えは13枚です。", "トム"]),
    ("Q: one \n\u3000", "", ["2", " two"]),  # white space moves
    ("the pen", "", ["s are here", "cil"]),  # a merge may cross the border
    ("", " ", ["The eggs", "卵"]),  # no context: BOS
    ("", "", [BOS + "a", "a"]),  # a continuation that begins with BOS
    (BOS + "Q:", " ", ["a"]),  # no second BOS
    (" \n", "", ["a"]),  # nothing but white space
]
PROMPTS = ["Q: How many?\nA:", BOS + "Q:", "", "日本語のテキスト " * 80]
ROOM = 40  # positions left for a prompt


def backend():
    """The encoding half of HFLM without a model."""
    model = HFLM.__new__(HFLM)
    model.tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model.add_bos_token = None
    model.backend = "causal"
    model.custom_prefix_token_id = None
    model.enable_thinking = None
    model.truncation = False
    model._loglikelihood_tokens = lambda requests, **_: [(context, continuation) for _, context, continuation in requests]
    return model


def main():
    model = backend()
    choices = []
    for context, delimiter, texts in CHOICES:
        requests = [SimpleNamespace(args=(context, delimiter + text)) for text in texts]
        pairs = model.loglikelihood(requests, disable_tqdm=True)
        choices.append({"context": context, "delimiter": delimiter, "choices": texts,
                        "contexts": [list(c) for c, _ in pairs], "continuations": [list(c) for _, c in pairs]})
    prompts = [{"prompt": prompt, "ids": model.tok_batch_encode([prompt], left_truncate_len=ROOM)[0][0].tolist()}
               for prompt in PROMPTS]
    golden = {"choices": choices, "prompts": prompts, "room": ROOM}
    file = Path(sys.argv[1]) / "encoding.json"
    file.write_text(json.dumps(golden, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
