// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What metrics of whole texts share.
#pragma once

#include <string_view>
#include <vector>

#include "eval/metrics/aggregations.h"

namespace tsugi::eval {

/// Pieces of re.split(r"\s+", text): empty ones at the ends count.
double count_words(std::string_view text);

/// A metric of loglikelihood_rolling over the text's log-likelihood and its length by `parts`.
Metric rolling_metric(std::string_view name, const Aggregation& aggregation,
                      std::vector<double> (*parts)(const Task&, const MetricSpec&, const Item&,
                                                   const Answer&));

}  // namespace tsugi::eval
