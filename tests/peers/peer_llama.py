# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Greedy answers by llama.cpp, as JSON: peer_llama.py MODEL.gguf OUT < {"prompts": [...], "tokens": N}. Environment gguf.

Each answer is the text up to the first newline. With {"texts": [...]}: the ids of each text's tokens.
"""

import json
import sys
import urllib.request

import xllamacpp


def answer(server, prompt, tokens):
    reply = server.handle_completions({"prompt": prompt, "n_predict": tokens, "temperature": 0, "cache_prompt": False,
                                       "stop": ["\n"]})
    return reply["choices"][0]["text"].split("\n")[0]


def tokens(server, text):
    body = json.dumps({"content": text, "add_special": True, "parse_special": True}).encode()
    request = urllib.request.Request(f"{server.listening_address}/tokenize", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)["tokens"]


def main():
    asked = json.load(sys.stdin)
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.n_ctx = 512
    params.n_parallel = 1
    params.n_gpu_layers = 0
    # In f32 throughout, as the peer: keys and values are rounded to f16 otherwise.
    params.cache_type_k = xllamacpp.ggml_type.GGML_TYPE_F32
    params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    answers = [tokens(server, text) for text in asked["texts"]] if "texts" in asked else [
        answer(server, prompt, asked["tokens"]) for prompt in asked["prompts"]]
    with open(sys.argv[2], "w", encoding="utf-8") as out:  # llama.cpp writes on standard output
        json.dump(answers, out)


if __name__ == "__main__":
    main()
