// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The sums of methods that ask for dot products: see Products.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "merge/methods/method.h"
#include "merge/plan.h"

namespace tsugi::merge {

/// The sums of a tile, from f32.
void dot_products(Products products, const Tile& tile, std::span<double> out);

/// Of one tensor, which outlives it. Thread-safe.
class DotProducts {
 public:
  DotProducts(const PlannedTensor& tensor, Products products);

  /// Those of a tile of `n` elements from `begin` on, straight from the files. False, and `out` is of no use,
  /// where they hold other types, the vectors are too many, or gram_stored() cannot say.
  bool of_stored(std::size_t begin, std::size_t n, std::span<double> out) const;

 private:
  bool stored_ = true;
  const std::byte* base_ = nullptr;        // of deltas
  std::vector<const std::byte*> vectors_;  // first bytes
};

}  // namespace tsugi::merge
