# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""A merge written as GGUF against the same merge written as a folder: llama.cpp's greedy answers to bundled questions
must be those of transformers. Environment eval; llama.cpp runs in the environment gguf beside it.
"""

import shared  # isort: skip

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import peer_transformers

RECIPE = """merge_method: slerp
base_model: {pocket}/base
models: [{{model: {pocket}/base}}, {{model: {pocket}/math}}]
parameters: {{t: 0.4}}
dtype: bfloat16
"""
QUESTIONS = 20  # of each kind


def llama(model, request, folder):
    """What peer_llama.py makes of a request, in the environment gguf."""
    peers = Path(sys.executable).parents[2] if "TSUGI_PEERS" not in os.environ else Path(os.environ["TSUGI_PEERS"])
    out = folder / "answers.json"
    subprocess.run([peers / "gguf" / "bin" / "python", Path(__file__).with_name("peer_llama.py"), model, out], check=True,
                   input=json.dumps(request), text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return json.loads(out.read_text(encoding="utf-8"))


def llama_answers(model, prompts, folder):
    """Greedy answers up to the first newline."""
    return llama(model, {"prompts": prompts, "tokens": shared.NEW_TOKENS}, folder)


def llama_tokens(model, texts, folder):
    """Ids of each text by llama.cpp's own tokenizer."""
    return llama(model, {"texts": texts}, folder)


def main():
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recipe = folder / "recipe.yaml"
        recipe.write_text(RECIPE.format(pocket=shared.POCKET))
        subprocess.run([shared.program(), "merge", recipe, folder / "out", "--quiet"], check=True, stdout=subprocess.DEVNULL)
        model, tokenizer = peer_transformers.load(folder / "out")
        prompts = [shared.prompt(item) for kind in ["math_en", "math_ja"] for item in shared.items(kind, QUESTIONS)]
        expected = [peer_transformers.greedy(model, tokenizer, prompt) for prompt in prompts]
        for kind in ["f32", "bf16", "q8_0"]:
            file = folder / f"{kind}.gguf"
            subprocess.run([shared.program(), "merge", recipe, file, "--gguf-type", kind, "--quiet"], check=True,
                           stdout=subprocess.DEVNULL)
            seen = llama_answers(file, prompts, folder)
            equal = sum(a == b for a, b in zip(seen, expected, strict=True))
            must = kind == "f32"  # narrower types are computed with in another order, and Q8_0 holds other numbers
            passed = equal == len(prompts) or not must
            failed |= not passed
            label = f"greedy answers of a {kind} GGUF"
            print(f"{label:44} {'llama.cpp':20} {'equal' if must else '-':>12} {f'{equal}/{len(prompts)}':>12}  "
                  f"{'ok' if passed else 'FAILED'}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
