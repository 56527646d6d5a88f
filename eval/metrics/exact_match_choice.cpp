// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// exact_match of multiple_choice tasks: 1 when greedy decoding writes the right choice.
#include <algorithm>

#include "eval/metrics/metric.h"

namespace tsugi::eval {
namespace {

double value(const Task& /*task*/, const MetricSpec& /*spec*/, const Item& item, const Answer& answer) {
  const std::vector<int> golds = item.golds.empty() ? std::vector<int>{item.gold} : item.golds;
  // Python's negative index: also of the requests of acc_mutual_info, which stand behind the choices.
  const auto is_greedy = [&](int gold) {
    const auto behind = static_cast<int>(answer.greedy.size());
    return gold != kNoChoice && answer.greedy[static_cast<std::size_t>(gold < 0 ? gold + behind : gold)];
  };
  return std::any_of(golds.begin(), golds.end(), is_greedy) ? 1 : 0;
}

}  // namespace

Metric metric_exact_match_choice() {
  return {"exact_match", OutputType::multiple_choice, value, nullptr};
}

}  // namespace tsugi::eval
