// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The way through a model's layers. The plain path visits each layer of one model once; a layer-space
// candidate may mix models, repeat and skip layers, and scale what enters a layer (Sakana, arXiv 2403.13187,
// section 3.2).
#pragma once

#include <cstddef>
#include <vector>

namespace tsugi::eval {

struct Hop {
  std::size_t source = 0;  ///< which of the decoder's resident models
  std::size_t layer = 0;   ///< number of the layer in its source model: RoPE, window and layer type follow it
  std::size_t slot = 0;    ///< where that model's arena holds the layer's weights
  float input_scale = 1;   ///< the hidden state is multiplied by this before the layer
};

/// Each hop has a KV slot of its own: its position in the path.
using Path = std::vector<Hop>;

/// Layers 0..layers-1 of model 0.
Path plain_path(std::size_t layers);

}  // namespace tsugi::eval
