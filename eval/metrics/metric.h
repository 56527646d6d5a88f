// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A metric turns one item's answer into a number. One file in this folder defines one (a function metric_NAME
// listed in registry.cpp's table); parameters are checked when a task is loaded.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eval/tasks/task.h"

namespace tsugi::eval {

/// What a model answered to one item.
struct Answer {
  std::string response;                 ///< generate_until: text as generated, cut at the stop string
  std::string filtered;                 ///< the same after the pipeline's filters
  std::vector<double> log_likelihoods;  ///< multiple_choice: one for each choice
  std::vector<bool> greedy;             ///< multiple_choice: the choice is what greedy decoding gives
};

struct Metric {
  std::string_view name;
  OutputType output_type;
  /// Value for one item, higher is better.
  double (*value)(const Task&, const MetricSpec&, const Item&, const Answer&);
  /// Throws InputError for an argument the metric does not know. May be null: no arguments.
  void (*check)(const Task&, const MetricSpec&);
};

std::span<const Metric> metrics();
/// Null when there is none of that name for that kind of task.
const Metric* find_metric(std::string_view name, OutputType type);

/// ISO 639-1 code of the language a text is written in, "" when it cannot be told. CLD2 decides; where it
/// calls its own answer unreliable or has under 40 bytes to go by, the script does: Japanese when over half
/// of the letters are kana or kanji.
std::string detect_language(std::string_view text);
/// Whether `text` is written in `language` by the rule above.
bool is_in_language(std::string_view text, std::string_view language);

}  // namespace tsugi::eval
