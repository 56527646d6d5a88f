// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The table of optimizers: CMake writes optimizer_list.inc, one row for each file of optimizers/.
#include <algorithm>
#include <numeric>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {

#define TSUGI_OPTIMIZER(name) OptimizerKind optimizer_##name();
#include "optimizer_list.inc"
#undef TSUGI_OPTIMIZER

std::span<const OptimizerKind> optimizers() {
  static const std::vector<OptimizerKind> all = {
#define TSUGI_OPTIMIZER(name) optimizer_##name(),
#include "optimizer_list.inc"
#undef TSUGI_OPTIMIZER
  };
  return all;
}

const OptimizerKind* find_optimizer(std::string_view name) {
  for (const OptimizerKind& kind : optimizers()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

std::vector<std::size_t> rank(std::span<const Trial> trials) {
  std::vector<std::size_t> order(trials.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return trials[a].objectives > trials[b].objectives; });
  return order;
}

}  // namespace tsugi::evolve
