// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "merge/checkpoint/tensor.h"

namespace tsugi::tests {

/// Values as a tensor of that type stores them.
inline std::vector<std::byte> stored_as(DType type, std::span<const float> values) {
  std::vector<std::byte> stored(values.size() * bytes(type));
  merge::from_f32(type, values, stored);
  return stored;
}

}  // namespace tsugi::tests
