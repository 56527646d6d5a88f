// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// f1 and mcc of choices taken for classes, brier_score of their probabilities, acc_mutual_info.
#include <fmt/format.h>

#include <cmath>

#include "eval/metrics/aggregations.h"
#include "eval/metrics/argmax.h"

namespace tsugi::eval {
namespace {

[[noreturn]] void refuse_several(const MetricSpec& spec, const Item& item) {
  throw InputError(item.place, fmt::format("{} of several right choices", spec.metric),
                   "use acc, or give one right choice, not in a list");
}

/// The right choice of a metric that the harness has for one alone, which may be that of a list.
int only_gold(const MetricSpec& spec, const Item& item) {
  if (item.several_targets && item.golds.size() != 1) refuse_several(spec, item);
  return item.gold;
}

double is_right_choice(const Task&, const MetricSpec&, const Item& item, const Answer& answer) {
  return is_right(item, argmax(answer.log_likelihoods)) ? 1 : 0;
}

std::vector<double> classes(const Task&, const MetricSpec& spec, const Item& item, const Answer& answer) {
  return {static_cast<double>(only_gold(spec, item)), static_cast<double>(argmax(answer.log_likelihoods))};
}

// Squared distance of the softmax of the log-likelihoods to the right choice's (Brier 1950).
// A negative index counts from the end, as numpy has it; True and False would be a mask to it.
double brier(const Task&, const MetricSpec& spec, const Item& item, const Answer& answer) {
  const auto count = static_cast<int>(answer.log_likelihoods.size());
  const int gold = item.gold;
  if (item.several_targets) refuse_several(spec, item);  // numpy would make a cube of them
  if (gold < -count || item.reference.is_boolean()) {
    throw InputError(item.place,
                     fmt::format("{} of a document whose right choice is none of its {}", spec.metric, count),
                     "correct the document, or use acc");
  }
  double most = answer.log_likelihoods.front();
  for (const double sum : answer.log_likelihoods) most = std::max(most, sum);
  double total = 0;
  for (const double sum : answer.log_likelihoods) total += std::exp(sum - most);
  double distance = 0;
  for (std::size_t i = 0; i < answer.log_likelihoods.size(); ++i) {
    const double share = std::exp(answer.log_likelihoods[i] - most) / total;
    const double right = static_cast<int>(i) == (gold < 0 ? gold + count : gold) ? 1 : 0;
    distance += (share - right) * (share - right);
  }
  return distance;
}

std::vector<double> number_of_choices(const Task&, const MetricSpec&, const Item& item, const Answer&) {
  return {static_cast<double>(item.choices.size())};
}

double mutual_information(const Task&, const MetricSpec& spec, const Item& item, const Answer& answer) {
  const int gold = only_gold(spec, item);
  std::vector<double> gains = answer.log_likelihoods;
  for (std::size_t i = 0; i < gains.size(); ++i) gains[i] -= answer.unconditional[i];
  return argmax(gains) == gold ? 1 : 0;
}

}  // namespace

Metric metric_f1_choice() {
  return {"f1", OutputType::multiple_choice, is_right_choice, nullptr, &kF1, true, classes};
}
Metric metric_mcc() {
  return {"mcc", OutputType::multiple_choice, is_right_choice, nullptr, &kMatthews, true, classes};
}
Metric metric_brier_score() {
  return {"brier_score", OutputType::multiple_choice, brier, nullptr, &kBrierScore, false, number_of_choices};
}
Metric metric_acc_mutual_info() {
  return {"acc_mutual_info", OutputType::multiple_choice, mutual_information};
}

}  // namespace tsugi::eval
