// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Texts as sets of short runs of characters, which is how near duplicates are told. For eval/holdout only.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tsugi::eval {

inline constexpr std::size_t kShingle = 5;  ///< characters: about a word, and half a Japanese phrase

/// Whether a shingle that `found` of `all` texts hold, of them `distinct` different ones, is common wording
/// ("how many … are left"), which unrelated texts share: more than 1 % of them. What two texts share alone
/// never is, so that a pair can be found in a small set.
inline bool is_common_wording(std::size_t found, std::size_t distinct, std::size_t all) {
  constexpr std::size_t kCommonPart = 100;
  constexpr std::size_t kPair = 2;
  return found > kPair && distinct > kPair && found * kCommonPart > all;
}

/// The distinct shingles of a text, sorted, as parts of it; a shorter text is one shingle.
std::vector<std::string_view> shingles_of(std::string_view text);

}  // namespace tsugi::eval
