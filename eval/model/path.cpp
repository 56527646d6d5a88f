// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/path.h"

namespace tsugi::eval {

Path plain_path(std::size_t layers) {
  Path path(layers);
  for (std::size_t i = 0; i < layers; ++i) path[i] = {.source = 0, .layer = i, .slot = i, .input_scale = 1};
  return path;
}

}  // namespace tsugi::eval
