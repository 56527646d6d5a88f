# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Records what the Python package `gguf` makes of blocks of every stored type: tests/golden/gguf/blocks.json.

Environment gguf. Needs nothing but gguf and numpy. Read by tests/merge/gguf/dequantise_test.cpp and store_test.cpp.
"""

import shared  # isort: skip

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import quants

TYPES = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q5_K", "Q6_K"]
# Bytes at which a block holds an f16; everything else in it may be any bits.
SCALES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
BLOCKS = 3


def main():
    random = np.random.default_rng(20261126)
    recorded = {"dequantised": {}, "quantised": {}}
    for name in TYPES:
        size = quants.GGML_QUANT_SIZES[Type[name]][1]
        blocks = random.integers(0, 256, (BLOCKS, size), dtype=np.uint8)
        for at in SCALES[name]:
            # The last block's scales are subnormal.
            scales = np.array([0.0123, -1.5, 3e-6], dtype=np.float16).reshape(BLOCKS, 1)
            blocks[:, at:at + 2] = scales.view(np.uint8)
        values = quants.dequantize(blocks, Type[name]).reshape(-1)
        recorded["dequantised"][name] = {"bytes": blocks.tobytes().hex(), "values": [float(v) for v in values]}
    rows = random.normal(size=(4, 32)).astype(np.float32)
    rows[1] = 0
    rows[2] = (np.arange(32, dtype=np.float32) - 16) / 8
    rows[3, 5] = 127 * 0.75  # a scale of 0.75: halves, which round away from zero
    rows[3, 6:10] = [0.375, -0.375, 1.125, -1.125]
    for name in ["Q8_0", "BF16", "F16"]:
        stored = quants.quantize(rows, Type[name])
        recorded["quantised"][name] = {"values": [float(v) for v in rows.reshape(-1)], "bytes": stored.tobytes().hex()}
    shared.write_json(shared.GOLDEN / "gguf" / "blocks.json", recorded)


if __name__ == "__main__":
    main()
