// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// exact_match_in_language: 1 when exact_match is 1 and the whole answer is written in the task's language. A
// right number reached in another language is wrong (Akiba et al., "Evolutionary Optimization of Model
// Merging Recipes", arXiv 2403.13187, section 4.1).
#include "eval/metrics/exact_match.h"

namespace tsugi::eval {
namespace {

double value(const Task& task, const MetricSpec& spec, const Item& item, const Answer& answer) {
  return matches_exactly(spec, item, answer) && is_in_language(answer.response, task.required_language) ? 1
                                                                                                        : 0;
}

void check(const Task& task, const MetricSpec& spec) {
  if (task.required_language.empty()) {
    throw InputError(spec.mark, "exact_match_in_language in a task without language",
                     "set metadata: {tsugi: {language: ja}} to the language that answers must have");
  }
  check_exact_match(task, spec);
}

}  // namespace

Metric metric_exact_match_in_language() {
  return {"exact_match_in_language", OutputType::generate_until, value, check};
}

}  // namespace tsugi::eval
