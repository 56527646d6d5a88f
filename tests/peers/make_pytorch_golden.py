#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/golden/pytorch/: files of torch.save, and state.safetensors with the values of state.bin.

    build/peers/eval/bin/python tests/peers/make_pytorch_golden.py
"""
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file

OUT = Path(__file__).resolve().parent.parent / "golden" / "pytorch"


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    shared = torch.randn(4, 6)
    state = OrderedDict(
        plain=shared,
        tied=shared,
        transposed=torch.randn(3, 5).t(),
        sliced=torch.randn(4, 8, dtype=torch.float64)[1:3, ::3],
        offset=shared[2:],
        half=torch.randn(7).half(),
        brain=torch.randn(2, 3, 4).bfloat16().permute(2, 0, 1),
        repeated=torch.randn(1, 3).expand(4, 3),
        scalar=torch.tensor(1.5),
        empty=torch.zeros(0, 3),
        parameter=torch.nn.Parameter(torch.randn(2, 2)),
        positions=torch.arange(9).unsqueeze(0),
        mask=torch.ones(2, 2).tril().bool(),
    )
    state._metadata = OrderedDict(version=1)
    torch.save(state, OUT / "state.bin")
    torch.save({"epoch": 3, "loss": 0.5, "model": dict(state), "args": {"lr": [1e-3, None, True]}}, OUT / "nested.bin")
    torch.save(torch.nn.Linear(2, 2), OUT / "module.bin")
    torch.save({"w": shared}, OUT / "legacy.bin", _use_new_zipfile_serialization=False)
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), OUT / "script.bin")
    save_file({name: tensor.detach().clone().contiguous() for name, tensor in state.items()}, OUT / "state.safetensors")


if __name__ == "__main__":
    main()
