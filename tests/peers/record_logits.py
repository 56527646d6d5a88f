# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/logits.{json,safetensors} and greedy.json from transformers (environment eval)."""

import shared  # isort: skip
import peer_transformers
import transformers
from safetensors.torch import save_file

MODELS = ["base", "ja"]
GREEDY_ITEMS = 100
PENALISED_ITEMS = 25
PENALTY = 1.3  # strong enough to change most answers


def texts():
    """A question, a question with its answer, and several of both in one text, three times as long as any item."""
    chat, long = shared.items("chat_en", 1)[0], shared.items("math_ja", 3)
    return {
        "math_ja": shared.prompt(shared.items("math_ja", 1)[0]),
        "chat_en": f"{shared.prompt(chat)} {chat['answer']}\n",
        "long": "\n".join(f"{shared.prompt(item)} {item['answer']}" for item in long),
    }


def main():
    cases, tensors, answers, penalised = [], {}, {}, {}
    for name in MODELS:
        model, tokenizer = peer_transformers.load(shared.POCKET / name)
        for kind, text in texts().items():
            ids = tokenizer(text)["input_ids"]
            cases.append({"name": f"{name}.{kind}", "model": name, "text": text, "ids": ids})
            tensors[f"{name}.{kind}"] = peer_transformers.logits(model, ids).contiguous()
        prompts = map(shared.prompt, shared.items("math_ja", GREEDY_ITEMS))
        answers[name] = [peer_transformers.greedy(model, tokenizer, text) for text in prompts]
        prompts = list(map(shared.prompt, shared.items("math_ja", PENALISED_ITEMS)))
        penalised[name] = [peer_transformers.greedy(model, tokenizer, text, repetition_penalty=PENALTY) for text in prompts]
    by = f"transformers {transformers.__version__}, float32"
    shared.write_json(shared.GOLDEN / "logits.json", {"by": by, "cases": cases})
    shared.write_json(shared.GOLDEN / "greedy.json", {"by": by, "task": "pocket_math_ja", "answers": answers,
                                                       "penalty": PENALTY, "penalised": penalised})
    save_file(tensors, shared.GOLDEN / "logits.safetensors", metadata={"format": "pt"})
    (shared.GOLDEN / "logits.safetensors").chmod(0o644)  # safetensors makes files that only their owner reads
    print({name: tuple(tensor.shape) for name, tensor in tensors.items()})


if __name__ == "__main__":
    main()
