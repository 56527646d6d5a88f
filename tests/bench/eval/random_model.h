// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Resident Llamas of real sizes with random weights: speed does not depend on what a model has learned.
#pragma once

#include <memory>

#include "eval/model/weights.h"

namespace tsugi::bench {

/// SmolLM2-135M: 30 layers, hidden 576, tied (config.json of HuggingFaceTB/SmolLM2-135M).
eval::ModelShape smollm2_shape();
/// TinyLlama-1.1B: 22 layers, hidden 2048 (config.json of TinyLlama/TinyLlama-1.1B-Chat-v1.0).
eval::ModelShape tinyllama_shape();

/// Weights are uniform, rows of about unit length; gains are 1.
std::unique_ptr<eval::ResidentWeights> random_model(const eval::ModelShape& shape, DType storage,
                                                    eval::Compute compute);

}  // namespace tsugi::bench
