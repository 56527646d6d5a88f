// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Random numbers as a pure function of what they are for: no state, so any order of evaluation and any
// resumed run draws the same.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tsugi::evolve {

/// What a number is drawn for.
struct Draw {
  std::uint64_t seed = 0;  ///< of the run
  std::size_t generation = 0;
  std::size_t candidate = 0;
  std::size_t coordinate = 0;
};

/// 64 uniform bits: the parts of the key go one after another through SplitMix64 (Steele, Lea and Flood,
/// OOPSLA 2014).
std::uint64_t random_bits(const Draw& draw);

/// Uniform in (0, 1), never an end: the middle of one of 2^53 equal parts.
double uniform(const Draw& draw);

/// Standard normal by Box and Muller's cosine branch, from two words of the same key.
double normal(const Draw& draw);

/// Numbers drawn one after another for one candidate: its coordinates are counted.
class DrawStream {
 public:
  DrawStream(std::uint64_t seed, std::size_t generation, std::size_t candidate)
      : next_{.seed = seed, .generation = generation, .candidate = candidate, .coordinate = 0} {}

  double uniform();
  double normal();
  /// A whole number below `count`, which is not 0.
  std::size_t below(std::size_t count);

 private:
  Draw next_;
};

}  // namespace tsugi::evolve
