// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Of a text that is scored behind its context: perplexity over items, and whether greedy decoding gives the
// text.
#include "eval/metrics/aggregations.h"

namespace tsugi::eval {
namespace {

double log_likelihood(const Task&, const MetricSpec&, const Item&, const Answer& answer) {
  return answer.log_likelihoods.front();
}

double is_greedy(const Task&, const MetricSpec&, const Item&, const Answer& answer) {
  return answer.greedy.front() ? 1 : 0;
}

}  // namespace

Metric metric_perplexity() {
  return {"perplexity", OutputType::loglikelihood, log_likelihood, nullptr, &kPerplexity, false};
}

Metric metric_acc_greedy() {
  return {"acc", OutputType::loglikelihood, is_greedy};
}

}  // namespace tsugi::eval
