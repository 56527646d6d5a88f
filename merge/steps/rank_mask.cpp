// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/steps/rank_mask.h"

#include <cmath>
#include <vector>

namespace tsugi::merge::steps {

void keep_by_rank(std::span<float> row, const RankedDraws& draws) {
  thread_local std::vector<float> sizes;  // rivals are compared as they were
  sizes.resize(row.size());
  for (std::size_t i = 0; i < row.size(); ++i) sizes[i] = std::fabs(row[i]);
  const Rival rival(row.size(), draws);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::uint32_t drawn = rank_draw(draws.key, draws.first + i * draws.stride);
    if (drawn < draws.least) continue;
    bool kept = false;
    if (drawn < draws.most) {
      const std::size_t other = rival.of(i, drawn - draws.least);
      const bool lower = sizes[other] < sizes[i] || (sizes[other] == sizes[i] && other < i);
      kept = lower != draws.rather_small;
    }
    if (!kept) row[i] = 0;
  }
}

}  // namespace tsugi::merge::steps
