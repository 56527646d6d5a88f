// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// From what a model gave to columns of results: the half of scoring that needs no model.
#pragma once

#include <span>

#include "eval/scorers/native.h"

namespace tsugi::eval {

/// The answer to an item of any type but generate_until, of the likelihoods of its requests in their order;
/// one of loglikelihood_rolling has as many as its text has windows.
Answer answer_of(const Task& task, const Item& item, std::span<const Likelihood> likelihoods);

/// Filters scores.answers, those of the items `which`, by one pipeline, then adds a column for each metric.
/// Throws InputError for an answer or a reference that the pipeline or a metric cannot take.
void add_columns(const Task& task, std::span<const Item> items, const FilterPipeline& pipeline,
                 std::span<const std::size_t> which, merge::Concurrency concurrency, TaskScores& scores);

}  // namespace tsugi::eval
