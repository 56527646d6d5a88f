// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The table of metrics. A new one is a file with metric_NAME() and a line in each of the two lists below.
#include <algorithm>
#include <array>

#include "eval/metrics/metric.h"

namespace tsugi::eval {

Metric metric_exact_match();
Metric metric_exact_match_in_language();
Metric metric_exact_match_choice();
Metric metric_acc();
Metric metric_acc_norm();
Metric metric_acc_bytes();

std::span<const Metric> metrics() {
  static const std::array kMetrics{
      metric_exact_match(),        metric_exact_match_in_language(),
      metric_exact_match_choice(), metric_acc(),
      metric_acc_norm(),           metric_acc_bytes(),
  };
  return kMetrics;
}

const Metric* find_metric(std::string_view name, OutputType type) {
  const auto all = metrics();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Metric& metric) {
    return metric.name == name && metric.output_type == type;
  });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace tsugi::eval
