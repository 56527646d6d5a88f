// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Python's random.Random: the Mersenne Twister and what CPython 3 draws from it, number for number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace tsugi::eval {

/// Not thread-safe.
class PythonRandom {
 public:
  /// random.Random(seed) for a seed of 0 or more.
  explicit PythonRandom(std::uint64_t seed);

  std::uint32_t bits32() { return static_cast<std::uint32_t>(engine_()); }
  double random();                       ///< in [0, 1), of 53 bits
  std::uint64_t below(std::uint64_t n);  ///< Random._randbelow, n > 0
  /// Random.sample(range(n), k): k different numbers below n. k <= n.
  std::vector<std::size_t> sample(std::size_t n, std::size_t k);

 private:
  std::mt19937 engine_;
};

}  // namespace tsugi::eval
