// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// exact_match_in_language: 1 when exact_match is 1 and the whole answer is written in the task's language. A
// right number reached in another language is wrong (Akiba et al., "Evolutionary Optimization of Model
// Merging Recipes", arXiv 2403.13187, section 4.1).
#include <fmt/format.h>

#include "eval/metrics/exact_match.h"
#include "eval/metrics/language.h"

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
  if (!knows_language(task.required_language)) {
    throw InputError(
        spec.mark,
        fmt::format("language '{}' is none that answers can be told by, so every answer would be wrong",
                    task.required_language),
        "give an ISO 639-1 code such as ja, en or de under metadata: {tsugi: {language: …}}");
  }
  check_exact_match(task, spec);
}

}  // namespace

Metric metric_exact_match_in_language() {
  return {"exact_match_in_language", OutputType::generate_until, value, check};
}

}  // namespace tsugi::eval
