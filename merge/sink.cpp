// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/sink.h"

namespace tsugi::merge {

std::size_t OutputTensor::row_length() const {
  return shape.empty() ? 1 : shape.back();
}

std::size_t OutputTensor::rows() const {
  std::size_t count = 1;
  for (std::size_t axis = 0; axis + 1 < shape.size(); ++axis) count *= shape[axis];
  return count;
}

}  // namespace tsugi::merge
