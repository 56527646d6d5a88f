// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which items a search may see, which choose among its finalists, and which are opened once at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tsugi::eval {

enum class Side : std::uint8_t { search, validation, test };

/// What the split knows of an item. Its id, task and the run's seed play no part.
struct HoldoutItem {
  std::string question;
  std::optional<std::string> source;  ///< what the item was made from; items with one source stay together
};

struct Shares {
  double search;
  double validation;
  double test;
};

struct Split {
  std::vector<Side> side;            ///< [item]
  std::vector<std::size_t> cluster;  ///< [item]: number of its cluster, 0.. in order of first appearance
  std::map<std::size_t, std::size_t> cluster_sizes;  ///< size -> how many clusters have it
  std::size_t count(Side which) const;
};

/// Clusters first: items with one source, and, among items without, items that share most of their shingles.
/// Then each cluster goes to a side by the SHA-256 of its smallest key (source, else the normalised
/// question), so that an item's side is the same in every run and on every machine. Throws InputError, with
/// the sizes, when a cluster holds more than 5 % of the items or a side with a positive share stays empty.
Split split_items(std::span<const HoldoutItem> items, const Shares& shares);

/// Lower case, Unicode NFKC, runs of white space as one blank, trimmed.
std::string normalise_question(std::string_view text);

}  // namespace tsugi::eval
