// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// f1 and mcc of choices taken for classes, brier_score of their probabilities, acc_mutual_info.
#include <cmath>

#include "eval/metrics/aggregations.h"
#include "eval/metrics/argmax.h"

namespace tsugi::eval {
namespace {

double is_right_choice(const Task&, const MetricSpec&, const Item& item, const Answer& answer) {
  return is_right(item, argmax(answer.log_likelihoods)) ? 1 : 0;
}

std::vector<double> classes(const Task&, const MetricSpec&, const Item& item, const Answer& answer) {
  return {static_cast<double>(item.gold), static_cast<double>(argmax(answer.log_likelihoods))};
}

// Squared distance of the softmax of the log-likelihoods to the right choice's (Brier 1950).
double brier(const Task&, const MetricSpec&, const Item& item, const Answer& answer) {
  double most = answer.log_likelihoods.front();
  for (const double sum : answer.log_likelihoods) most = std::max(most, sum);
  double total = 0;
  for (const double sum : answer.log_likelihoods) total += std::exp(sum - most);
  double distance = 0;
  for (std::size_t i = 0; i < answer.log_likelihoods.size(); ++i) {
    const double share = std::exp(answer.log_likelihoods[i] - most) / total;
    const double right = static_cast<int>(i) == item.gold ? 1 : 0;
    distance += (share - right) * (share - right);
  }
  return distance;
}

double mutual_information(const Task&, const MetricSpec&, const Item& item, const Answer& answer) {
  std::vector<double> gains = answer.log_likelihoods;
  for (std::size_t i = 0; i < gains.size(); ++i) gains[i] -= answer.unconditional[i];
  return is_right(item, argmax(gains)) ? 1 : 0;
}

}  // namespace

Metric metric_f1_choice() {
  return {"f1", OutputType::multiple_choice, is_right_choice, nullptr, &kF1, true, classes};
}
Metric metric_mcc() {
  return {"mcc", OutputType::multiple_choice, is_right_choice, nullptr, &kMatthews, true, classes};
}
Metric metric_brier_score() {
  return {"brier_score", OutputType::multiple_choice, brier, nullptr, &kBrierScore, false};
}
Metric metric_acc_mutual_info() {
  return {"acc_mutual_info", OutputType::multiple_choice, mutual_information};
}

}  // namespace tsugi::eval
