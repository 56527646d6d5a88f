// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/tasks/python_random.h"

#include <array>
#include <bit>
#include <cmath>
#include <sstream>
#include <string>
#include <unordered_set>

namespace tsugi::eval {
namespace {

constexpr std::size_t kWords = 624;

// init_by_array of Matsumoto and Nishimura (mt19937ar.c), which std::mt19937 does not offer, for one or two
// words of key.
std::array<std::uint32_t, kWords> state_of(std::uint64_t seed) {
  std::vector<std::uint32_t> key{static_cast<std::uint32_t>(seed)};
  if (seed >> 32U != 0) key.push_back(static_cast<std::uint32_t>(seed >> 32U));
  std::array<std::uint32_t, kWords> state{};
  state[0] = 19650218U;
  for (std::uint32_t i = 1; i < kWords; ++i)
    state[i] = 1812433253U * (state[i - 1] ^ (state[i - 1] >> 30U)) + i;
  std::size_t i = 1;
  std::uint32_t j = 0;
  const auto step = [&] {
    if (++i < kWords) return;
    state[0] = state[kWords - 1];
    i = 1;
  };
  for (std::size_t round = 0; round < kWords; ++round) {
    state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30U)) * 1664525U)) + key[j] + j;
    step();
    if (++j == key.size()) j = 0;
  }
  for (std::size_t round = 1; round < kWords; ++round) {
    state[i] =
        (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30U)) * 1566083941U)) - static_cast<std::uint32_t>(i);
    step();
  }
  state[0] = 0x80000000U;
  return state;
}

}  // namespace

PythonRandom::PythonRandom(std::uint64_t seed) {
  // The engine's text form is its state words followed by the place among them: all are to be twisted first.
  std::string text;
  for (const std::uint32_t word : state_of(seed)) text += std::to_string(word) + " ";
  std::istringstream(text + std::to_string(kWords)) >> engine_;
}

double PythonRandom::random() {
  const std::uint32_t high = bits32() >> 5U;
  const std::uint32_t low = bits32() >> 6U;
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

std::uint64_t PythonRandom::below(std::uint64_t n) {
  const auto width = static_cast<unsigned>(std::bit_width(n));
  for (;;) {
    std::uint64_t drawn = 0;
    if (width <= 32) {
      drawn = bits32() >> (32U - width);
    } else {
      drawn = bits32();
      drawn |= static_cast<std::uint64_t>(bits32() >> (64U - width)) << 32U;
    }
    if (drawn < n) return drawn;
  }
}

std::vector<std::size_t> PythonRandom::sample(std::size_t n, std::size_t k) {
  std::size_t pool_size = 21;  // CPython's choice between a list of all and a set of those drawn
  if (k > 5)
    pool_size += static_cast<std::size_t>(
        std::pow(4.0, std::ceil(std::log(static_cast<double>(3 * k)) / std::log(4.0))));
  std::vector<std::size_t> result;
  if (n <= pool_size) {
    std::vector<std::size_t> pool(n);
    for (std::size_t i = 0; i < n; ++i) pool[i] = i;
    for (std::size_t i = 0; i < k; ++i) {
      const std::size_t j = below(n - i);
      result.push_back(pool[j]);
      pool[j] = pool[n - i - 1];
    }
    return result;
  }
  std::unordered_set<std::size_t> drawn;
  while (result.size() < k) {
    const std::size_t j = below(n);
    if (drawn.insert(j).second) result.push_back(j);
  }
  return result;
}

}  // namespace tsugi::eval
