// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/metrics/draws.h"

#include <fmt/format.h>

#include <unordered_map>

#include "recipes/error.h"

namespace tsugi::eval {

ClusterNumbers number_clusters(std::size_t items, std::span<const std::size_t> cluster) {
  if (!cluster.empty() && cluster.size() != items)
    throw Error(fmt::format("{} values in {} clusters' entries", items, cluster.size()));
  ClusterNumbers numbers;
  std::unordered_map<std::size_t, std::size_t> index;  // only looked up, never walked
  for (std::size_t i = 0; i < items; ++i) {
    const std::size_t at = cluster.empty() ? i : index.try_emplace(cluster[i], numbers.count).first->second;
    numbers.count += at == numbers.count ? 1 : 0;
    numbers.of.push_back(at);
  }
  return numbers;
}

}  // namespace tsugi::eval
