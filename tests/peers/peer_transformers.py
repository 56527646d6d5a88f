# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Logits, greedy answers and log-likelihoods by Hugging Face transformers in f32, one sequence at a time."""

import shared  # noqa: F401, isort: skip (its settings must precede the import of transformers)

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def load(folder):
    """(model, tokenizer) of a model folder; eager attention, the plain formula."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    return model, tokenizer


@torch.inference_mode()
def logits(model, ids):
    """[tokens, vocabulary]"""
    return model(torch.tensor([ids])).logits[0]


@torch.inference_mode()
def greedy(model, tokenizer, prompt, **settings):
    """Text that `generate` appends, up to the first newline."""
    ids = tokenizer(prompt, return_tensors="pt")
    out = model.generate(**ids, do_sample=False, max_new_tokens=shared.NEW_TOKENS, stop_strings=["\n"],
                         tokenizer=tokenizer, pad_token_id=tokenizer.eos_token_id, **settings)
    text = tokenizer.decode(out[0, ids["input_ids"].shape[1]:], skip_special_tokens=True)
    return text.split("\n")[0]


def log_likelihoods(model, tokenizer, prompt, choices):
    """ln p(" " + choice | prompt) for each choice, the continuation cut after the prompt's own length."""
    context = tokenizer(prompt)["input_ids"]
    sums = []
    for choice in choices:
        whole = tokenizer(f"{prompt} {choice}")["input_ids"]
        continuation = whole[len(context):]
        rows = logits(model, context + continuation[:-1])[-len(continuation):].log_softmax(-1)
        sums.append(rows.gather(1, torch.tensor(continuation)[:, None]).sum().item())
    return sums
