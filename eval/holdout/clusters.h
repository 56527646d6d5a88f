// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which items belong together, so that a split does not part them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "eval/holdout/split.h"

namespace tsugi::eval {

/// What a split needs of the items, each computed once.
struct Clusters {
  std::vector<std::string> key;           ///< [item]: source, else the normalised question
  std::vector<std::size_t> of;            ///< [item]: cluster, 0.. in order of first appearance
  std::vector<std::size_t> size;          ///< [cluster]
  std::vector<std::string> smallest_key;  ///< [cluster]
};

/// Items with one source are one cluster. Items without are joined when their normalised questions are equal,
/// or when they share more than half of the shingles (character 5-grams; a shorter question is one shingle)
/// of the smaller set, and whatever such joins chain together. Shingles found in more than 1 % of the items
/// without source are left out first: they are the wording of a task ("how many … are left"), which unrelated
/// items share. So that a pair can be found in a small set, a shingle of two items is never left out.
Clusters cluster_items(std::span<const HoldoutItem> items);

}  // namespace tsugi::eval
