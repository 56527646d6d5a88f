// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Where a method puts the marks of a tile: see kernels::Marks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "merge/kernels/kernels.h"
#include "merge/methods/method.h"

namespace tsugi::merge {

/// Of one model: those that stay from sums to result, or this thread's.
inline kernels::Marks marks_for(const StoredTile& tile, std::size_t model) {
  const std::size_t size = kernels::marks_of(tile.size);
  if (!tile.marks.empty()) return tile.marks.subspan(model * size, size);
  thread_local std::vector<std::uint16_t> own;
  own.resize(std::max(own.size(), (tile.models.size() + 1) * size));
  return kernels::Marks(own).subspan(model * size, size);
}

}  // namespace tsugi::merge
