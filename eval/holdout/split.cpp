// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/holdout/split.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "eval/holdout/clusters.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"search", "validation", "test"};

// A cluster is drawn as a whole: beyond one item in 20 the shares, and every interval over clusters, are no
// longer what they claim to be.
constexpr std::size_t kLargestPart = 20;

void check_shares(const Shares& shares) {
  const double sum = shares.search + shares.validation + shares.test;
  const double least = std::min({shares.search, shares.validation, shares.test});
  if (!(least >= 0) || !(std::abs(sum - 1) <= 1e-9)) {  // also refuses what is not a number
    throw InputError("split",
                     fmt::format("shares {}, {} and {}", shares.search, shares.validation, shares.test),
                     "give three shares of 0 or more that add up to 1");
  }
}

/// The first 53 bits of the key's SHA-256 as a number in [0, 1).
double position_of(const std::string& key) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) bits = bits << 8U | digest[i];
  return std::ldexp(static_cast<double>(bits >> 11U), -53);
}

/// Search below its share, test from the top down, validation between, so that a side with share 0 gets
/// nothing.
Side side_at(double position, const Shares& shares) {
  if (position < shares.search) return Side::search;
  if (shares.test > 0 && (position >= 1 - shares.test || shares.validation == 0)) return Side::test;
  return shares.validation > 0 ? Side::validation : Side::search;
}

std::string sizes_text(const std::map<std::size_t, std::size_t>& sizes) {
  constexpr std::size_t kShown = 10;  // the largest ones; a set of thousands has many sizes
  std::string text;
  std::size_t shown = 0;
  for (auto size = sizes.rbegin(); size != sizes.rend() && shown < kShown; ++size, ++shown) {
    text += fmt::format("{}{} x {}", shown == 0 ? "" : ", ", size->second, size->first);
  }
  return text + (sizes.size() > kShown ? ", …" : "");
}

void check_largest(const Split& split) {
  if (split.cluster_sizes.empty()) throw InputError("split", "no items", "give tasks with items");
  const std::size_t largest = split.cluster_sizes.rbegin()->first;
  if (largest == 1 || largest * kLargestPart <= split.side.size()) return;  // few items: the empty sides tell
  throw InputError("split",
                   fmt::format("a cluster of {} of {} items, over 5 % (clusters x items: {})", largest,
                               split.side.size(), sizes_text(split.cluster_sizes)),
                   "give items a 'source' that says what each was made from, or more items");
}

void check_sides(const Split& split, const Shares& shares) {
  const std::array<double, 3> wanted = {shares.search, shares.validation, shares.test};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] > 0 && split.count(static_cast<Side>(i)) == 0) {
      throw InputError("split",
                       fmt::format("the {} side has a share of {} and no items of {} (clusters x items: {})",
                                   kNames[i], wanted[i], split.side.size(), sizes_text(split.cluster_sizes)),
                       "give more items or a larger share");
    }
  }
}

}  // namespace

std::size_t Split::count(Side which) const {
  return static_cast<std::size_t>(std::count(side.begin(), side.end(), which));
}

Split split_items(std::span<const HoldoutItem> items, const Shares& shares) {
  check_shares(shares);
  Clusters clusters = cluster_items(items);
  std::vector<Side> side_of;
  Split split;
  for (std::size_t c = 0; c < clusters.size.size(); ++c) {
    side_of.push_back(side_at(position_of(clusters.smallest_key[c]), shares));
    ++split.cluster_sizes[clusters.size[c]];
  }
  for (const std::size_t cluster : clusters.of) split.side.push_back(side_of[cluster]);
  split.cluster = std::move(clusters.of);
  check_largest(split);
  check_sides(split, shares);
  return split;
}

}  // namespace tsugi::eval
