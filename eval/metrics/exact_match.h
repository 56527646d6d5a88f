// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The comparison of exact_match, for the metrics that build on it.
#pragma once

#include "eval/metrics/metric.h"

namespace tsugi::eval {

/// Whether the filtered answer is the target, or one of several, after what the arguments say to ignore.
bool matches_exactly(const MetricSpec& spec, const Item& item, const Answer& answer);

/// Throws InputError for an unknown or mistyped argument and for a broken pattern.
void check_exact_match(const Task& task, const MetricSpec& spec);

}  // namespace tsugi::eval
