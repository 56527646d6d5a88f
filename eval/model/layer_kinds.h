// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which layers of a model have a window, which RoPE, and which have experts.
#pragma once

#include <vector>

#include "eval/model/shape.h"

namespace tsugi::eval {

/// One for each layer; none when all are plain. `shape` has its sizes and ropes. Throws InputError for a
/// layer type that the decoder does not run, or a list that does not fit the number of layers.
std::vector<LayerKind> read_layer_kinds(const recipes::DecoderTraits& traits, const ModelShape& shape,
                                        const merge::ModelConfig& config);

}  // namespace tsugi::eval
