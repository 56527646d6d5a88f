// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums over all values of many tensors in one pass: every thread busy whatever the sizes, memory bounded
// whatever the tensors, and the same bits for any number of threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <vector>

#include "merge/checkpoint/tensor.h"
#include "merge/parallel.h"
#include "merge/tiling.h"

namespace tsugi::merge {

/// How the values of tensors of one shape are walked through, in flat order: `step` values are read at once,
/// `block` of them (a whole number of steps) are one task.
struct Walk {
  std::size_t elements = 0;
  std::size_t step = kTileElements;
  std::size_t block = kTileElements * kGroupTiles;

  std::size_t steps() const { return (elements + step - 1) / step; }
  std::size_t blocks() const { return (elements + block - 1) / block; }
};

/// Steps are tiles, cut anywhere; of a tensor that is read row by row they are whole rows. The views share
/// one shape; nulls are skipped.
Walk walk_of(std::initializer_list<const TensorView*> views);

/// Values [begin, begin + out.size()) of a floating tensor in f32; begin and size as a walk gives them.
void read_values(const TensorView& view, std::size_t begin, std::span<float> out);

/// One of four buffers of the calling thread. It grows to the largest step and stays for the next.
std::span<float> walk_buffer(std::size_t index, std::size_t size);

/// Adds pairwise by index, level by level: a tree that depends on the number of terms alone. Empty: Sums{}.
template <class Sums>
Sums add_pairwise(std::vector<Sums> terms) {
  if (terms.empty()) return {};
  for (std::size_t count = terms.size(); count > 1; count = (count + 1) / 2) {
    for (std::size_t i = 0; i < count; i += 2) {
      Sums sum = terms[i];
      if (i + 1 < count) sum.add(terms[i + 1]);
      terms[i / 2] = sum;
    }
  }
  return terms.front();
}

/// body(tensor, begin, count, sums) adds the values of one step to the sums of its block; blocks are added
/// pairwise. `Sums` starts as Sums{} and has add(const Sums&). One result for each walk. `progress` is called
/// from any thread with the values that were just done.
template <class Sums, class Body>
std::vector<Sums> sum_over(std::span<const Walk> walks, const Body& body,
                           const std::function<void(std::uint64_t)>& progress = nullptr) {
  std::vector<std::size_t> first{0};  // [tensor]: its first block among all
  for (const Walk& walk : walks) first.push_back(first.back() + walk.blocks());
  std::vector<Sums> of_blocks(first.back());
  parallel_for(first.back(), [&](std::size_t index) {
    const auto above = std::upper_bound(first.begin(), first.end(), index);
    const auto tensor = static_cast<std::size_t>(above - first.begin()) - 1;
    const Walk& walk = walks[tensor];
    const std::size_t begin = (index - first[tensor]) * walk.block;
    const std::size_t end = std::min(walk.elements, begin + walk.block);
    Sums sums{};
    for (std::size_t at = begin; at < end; at += walk.step) {
      body(tensor, at, std::min(walk.step, end - at), sums);
    }
    of_blocks[index] = sums;
    if (progress) progress(end - begin);
  });
  std::vector<Sums> result;
  for (std::size_t i = 0; i < walks.size(); ++i) {
    const auto begin = of_blocks.begin() + static_cast<std::ptrdiff_t>(first[i]);
    const auto end = of_blocks.begin() + static_cast<std::ptrdiff_t>(first[i + 1]);
    result.push_back(add_pairwise(std::vector<Sums>(begin, end)));
  }
  return result;
}

}  // namespace tsugi::merge
