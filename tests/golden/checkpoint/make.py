# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
#
# Writes reference.safetensors with the reference library: python make.py (PyTorch and safetensors installed).
# Types of all widths, names out of order and with characters that JSON escapes, a scalar, an empty tensor.
from pathlib import Path

import safetensors
import torch
from safetensors.torch import save_file

tensors = {
    "z.weight": torch.tensor([[1.0, -2.5, 3.25], [0.0, 1e-3, 65504.0]], dtype=torch.float32),
    "a.weight": torch.tensor([[1.5, -0.0], [2.0**-24, 65504.0]], dtype=torch.float16),
    "b.weight": torch.tensor([1.0, 3.140625, -1e38], dtype=torch.bfloat16),
    "c \"quoted\\\" é 日本": torch.tensor([7, 8, 9], dtype=torch.uint8),
    "scalar": torch.tensor(42, dtype=torch.int64),
    "wide": torch.tensor([0.1, -1e300], dtype=torch.float64),
    "mask": torch.tensor([True, False, True]),
    "empty": torch.zeros(0, 4),
    "a.bias": torch.tensor([5.0], dtype=torch.float16),
}
save_file(tensors, Path(__file__).parent / "reference.safetensors", metadata={"format": "pt"})
print("safetensors", safetensors.__version__)
