// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How many tokens a second a model's matrix products alone would take at oneDNN's speed with packed weights:
// the limit that the engine is set beside.
#pragma once

#include <cstddef>

#include "eval/model/shape.h"
#include "recipes/dtype.h"

namespace tsugi::bench {

/// Tokens a second of two threads, or of `threads`, that each multiply `rows` rows of activations with every
/// matrix of the model, one after the other; with the head only when `head`. `type` is that of activations
/// and weights: BF16 or F32; sums are f32. Best of some runs. Call it outside of other work.
double gemm_tokens_a_second(const eval::ModelShape& shape, DType type, std::size_t rows, bool head,
                            std::size_t threads);

}  // namespace tsugi::bench
