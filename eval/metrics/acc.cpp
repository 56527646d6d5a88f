// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// acc: 1 when the likeliest choice is the right one.
#include "eval/metrics/argmax.h"

namespace tsugi::eval {
namespace {

double value(const Task& /*task*/, const MetricSpec& /*spec*/, const Item& item, const Answer& answer) {
  return is_right(item, argmax(answer.log_likelihoods)) ? 1 : 0;
}

}  // namespace

Metric metric_acc() {
  return {"acc", OutputType::multiple_choice, value, nullptr};
}

}  // namespace tsugi::eval
