// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A metric turns one item's answer into a number. One file in this folder defines one (a function metric_NAME
// listed in registry.cpp's table); parameters are checked when a task is loaded.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eval/tasks/task.h"

namespace tsugi::eval {

/// A metric of some items.
struct Measures {
  std::vector<double> values;              ///< [item]
  std::vector<std::vector<double>> parts;  ///< [item]; empty for metrics without
  std::string where = {};                  ///< for messages: the task and the metric
};

struct Aggregation;
/// The one that most metrics have.
extern const Aggregation kMean;

/// What a model answered to one item.
struct Answer {
  std::string response;                 ///< generate_until: text as generated, cut at the stop string
  std::string filtered;                 ///< the same after the pipeline's filters
  bool is_list = false;                 ///< which left it in a list (FilterChain::leaves_list)
  std::vector<double> log_likelihoods;  ///< one for each choice; of loglikelihood types one
  std::vector<double> unconditional;    ///< acc_mutual_info: one for each choice
  std::vector<bool> greedy;             ///< the continuation is what greedy decoding gives
};

/// How values of items become one number.
struct Aggregation {
  std::string_view name;  ///< lm-evaluation-harness's: "mean", "perplexity", …
  /// Of the items `which`, which may hold an item several times.
  double (*combine)(const Measures& measures, std::span<const std::size_t> which);
  enum class Error { of_mean, bootstrap, few_bootstrap, none } error;  ///< few: at most 100 resamples
};

struct Metric {
  std::string_view name;
  OutputType output_type;
  /// Value for one item.
  double (*value)(const Task&, const MetricSpec&, const Item&, const Answer&);
  /// Throws InputError for an argument the metric does not know. Null: no arguments.
  void (*check)(const Task&, const MetricSpec&) = nullptr;
  const Aggregation* aggregation = &kMean;
  bool higher_is_better = true;
  /// What the aggregation needs of an item beside its value. Null: nothing.
  std::vector<double> (*parts)(const Task&, const MetricSpec&, const Item&, const Answer&) = nullptr;
};

std::span<const Metric> metrics();
/// Null when there is none of that name for that kind of task.
const Metric* find_metric(std::string_view name, OutputType type);
/// The same for a task, whose process_results has metrics of its own.
const Metric* find_metric(std::string_view name, const Task& task);
/// All that a task may ask for.
std::vector<std::string> metric_names(const Task& task);

/// ISO 639-1 code of the language a text is written in, "" when it cannot be told. CLD2 decides; where it
/// calls its own answer unreliable or has under 40 bytes to go by, the script does: Japanese when over half
/// of the letters are kana or kanji.
std::string detect_language(std::string_view text);
/// Whether `text` is written in `language` by the rule above.
bool is_in_language(std::string_view text, std::string_view language);

}  // namespace tsugi::eval
