// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// One pass over the keys of a rank selection: those above brackets are counted, those inside are collected,
// and no others are written down. For AVX-512 alone: see avx512.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "merge/methods/method.h"

namespace tsugi::merge::steps {

/// Of one bracket of bits of keys, from `low` to `high`, both inside.
struct Collected {
  std::int32_t low = 0;
  std::int32_t high = 0;
  std::int32_t guess = 0;        ///< is counted apart
  std::uint32_t* out = nullptr;  ///< of others; null where there are none
  std::size_t room = 0;          ///< of `out`, which has another sixteen behind it
  std::size_t count = 0;         ///< in `out`, goes on from what it is
  std::uint64_t equal = 0;       ///< to the guess; goes on
  std::uint64_t above = 0;       ///< goes on
  bool full = false;             ///< there are more than room: `count` is of no use
};

void collect(std::span<const float> keys, Collected& bracket);

/// The same straight from bf16, for one or two brackets. False, and what was collected is of no use, if a
/// value is not finite.
bool collect_stored(const StoredKeys& keys, std::span<Collected> brackets);

}  // namespace tsugi::merge::steps
