// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// acc_norm: acc of log-likelihoods per character of the choice (code points, without the delimiter), as the
// code of lm-evaluation-harness has it; papers say bytes.
#include "eval/metrics/argmax.h"
#include "eval/template/python_text.h"

namespace tsugi::eval {
namespace {

double value(const Task& /*task*/, const MetricSpec& /*spec*/, const Item& item, const Answer& answer) {
  return right_by_length(item, answer, [](const std::string& choice) { return python::length(choice); });
}

}  // namespace

Metric metric_acc_norm() {
  return {"acc_norm", OutputType::multiple_choice, value, nullptr};
}

}  // namespace tsugi::eval
