// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// exact_match of multiple_choice tasks: 1 when greedy decoding writes the right choice.
#include "eval/metrics/metric.h"

namespace tsugi::eval {
namespace {

double value(const Task& /*task*/, const MetricSpec& /*spec*/, const Item& item, const Answer& answer) {
  return item.gold >= 0 && answer.greedy[static_cast<std::size_t>(item.gold)] ? 1 : 0;
}

}  // namespace

Metric metric_exact_match_choice() {
  return {"exact_match", OutputType::multiple_choice, value, nullptr};
}

}  // namespace tsugi::eval
