// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints whose weights are 8-bit floats with scales beside them, read as what they stand for.
//
// "X" of type F8_E4M3 (1-4-3, bias 7, no infinity) or F8_E5M2 (1-5-2, bias 15) goes with "X_scale_inv" or
// "X_scale", and its value is the stored one times the scale (both names multiply: transformers, fp8 and
// fbgemm_fp8; compressed-tensors, float-quantized). A scale has one element for the whole tensor, or for each
// axis of the tensor as many as it has rows, one for all, or one a block.
#pragma once

#include <string>
#include <vector>

#include "merge/checkpoint/config.h"
#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// Throws InputError when config.json declares weights quantised in a way that is not read here, naming it
/// and why. Those that are: fp8, fbgemm_fp8, compressed-tensors and modelopt, as far as their tensors are F8.
void refuse_quantised(const ModelConfig& config);

/// Gives each F8 tensor that has a scale its dequantised rows; its type becomes the configuration's, else
/// BF16. Scales, of activations too, leave the list, and `quantization_config` leaves `config`. `tensors` are
/// sorted by name and came from `weights` (a path to name). Throws InputError: no scale or two, a scale whose
/// shape does not fit, no block size where one is needed.
void dequantise_f8(ModelConfig& config, std::vector<TensorView>& tensors, const std::string& weights,
                   std::vector<std::string>& notes);

}  // namespace tsugi::merge
