# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Greedy answers by llama.cpp, as JSON: peer_llama.py MODEL.gguf OUT < {"prompts": [...], "tokens": N}. Environment gguf.

Each answer is the text up to the first newline.
"""

import json
import sys

import xllamacpp


def main():
    asked = json.load(sys.stdin)
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.n_ctx = 512
    params.n_parallel = 1
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    answers = []
    for prompt in asked["prompts"]:
        reply = server.handle_completions({"prompt": prompt, "n_predict": asked["tokens"], "temperature": 0,
                                           "cache_prompt": False, "stop": ["\n"]})
        answers.append(reply["choices"][0]["text"].split("\n")[0])
    with open(sys.argv[2], "w", encoding="utf-8") as out:  # llama.cpp writes on standard output
        json.dump(answers, out)


if __name__ == "__main__":
    main()
