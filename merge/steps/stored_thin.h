// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What the family of ties, dare, della and breadcrumbs does to a tile, straight from bf16 to bf16: which
// elements of a task vector stay is a bit for each, and the vectors themselves are never written down. The
// same bits as the steps in f32 (trim.h, random_mask.h, sums.h, consensus.h). For AVX-512 alone: see
// avx512.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "merge/methods/method.h"
#include "merge/steps/sums.h"
#include "merge/steps/trim.h"

namespace tsugi::merge::steps {

/// Bits of sixteen elements, the first in the lowest; those past the end of a tile are 0.
using Marks = std::span<std::uint16_t>;

constexpr std::size_t marks_of(std::size_t elements) {
  return (elements + 15) / 16;
}

/// `n` values of a model and of the base as they lie in files of bf16. The task vector d is their difference.
struct StoredPair {
  const std::byte* x;
  const std::byte* base;
  std::size_t n;
};

/// Marks elements whose |d| has bits in the range.
void mark_within(const StoredPair& pair, const MagnitudeRange& range, Marks marks);

/// Marks elements of d whose draw is below `probability`, as subtract_at_random() keeps them.
void mark_at_random(std::uint64_t key, std::uint64_t first, double probability, std::size_t n, Marks marks);

/// As l1_norms(); `full` is infinite or NaN where a value is.
L1Norms l1_norms_stored(const StoredPair& pair, Marks marks);

/// Writes the keys down. False if a value is not finite.
bool write_keys(const StoredKeys& keys, std::span<float> out);

/// See consensus.h for what becomes of the votes.
struct StoredVote {
  const std::byte* x = nullptr;
  const std::uint16_t* marks = nullptr;  ///< null: what has its magnitude's bits in `range` stays
  MagnitudeRange range = {0, ~0U};
  float factor = 1;
  float weight = 1;
};

enum class Mix {
  all,           ///< mix_all() with divisor 1
  mean,          ///< mix_all()
  elected,       ///< mix_elected()
  elected_mean,  ///< with normalize
};

struct StoredOnto {
  const std::byte* base;
  float lambda = 1;
  float divisor = 1;  ///< of Mix::mean
};

/// False, and `out` is of no use, if an input or a result is not finite.
bool mix_stored(std::span<const StoredVote> votes, Mix mix, const StoredOnto& onto, std::span<std::byte> out);

}  // namespace tsugi::merge::steps
