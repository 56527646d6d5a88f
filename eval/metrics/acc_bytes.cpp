// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// acc_bytes: acc of log-likelihoods per byte of the choice in UTF-8, without the delimiter.
#include "eval/metrics/argmax.h"

namespace tsugi::eval {
namespace {

double value(const Task& /*task*/, const MetricSpec& /*spec*/, const Item& item, const Answer& answer) {
  return right_by_length(item, answer, [](const std::string& choice) { return choice.size(); });
}

}  // namespace

Metric metric_acc_bytes() {
  return {"acc_bytes", OutputType::multiple_choice, value, nullptr};
}

}  // namespace tsugi::eval
