// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The table of metrics. A new one is a file with metric_NAME() and a line in each of the two lists below.
#include <algorithm>
#include <array>

#include "eval/metrics/metric.h"
#include "eval/tasks/ports/port.h"

namespace tsugi::eval {

Metric metric_exact_match();
Metric metric_exact_match_in_language();
Metric metric_exact_match_choice();
Metric metric_acc();
Metric metric_acc_norm();
Metric metric_acc_bytes();
Metric metric_acc_mutual_info();
Metric metric_f1_choice();
Metric metric_mcc();
Metric metric_brier_score();
Metric metric_perplexity();
Metric metric_acc_greedy();
Metric metric_word_perplexity();
Metric metric_byte_perplexity();
Metric metric_bits_per_byte();
Metric metric_rouge_l();
Metric metric_f1_text();
Metric metric_bleu();
Metric metric_chrf();
Metric metric_chrf_words();
Metric metric_ter();

std::span<const Metric> metrics() {
  static const std::array kMetrics{
      metric_exact_match(),
      metric_exact_match_in_language(),
      metric_exact_match_choice(),
      metric_acc(),
      metric_acc_norm(),
      metric_acc_bytes(),
      metric_acc_mutual_info(),
      metric_f1_choice(),
      metric_mcc(),
      metric_brier_score(),
      metric_perplexity(),
      metric_acc_greedy(),
      metric_word_perplexity(),
      metric_byte_perplexity(),
      metric_bits_per_byte(),
      metric_rouge_l(),
      metric_f1_text(),
      metric_bleu(),
      metric_chrf(),
      metric_chrf_words(),
      metric_ter(),
  };
  return kMetrics;
}

const Metric* find_metric(std::string_view name, OutputType type) {
  const auto all = metrics();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Metric& metric) {
    return metric.name == name && metric.output_type == type;
  });
  return found == all.end() ? nullptr : &*found;
}

const Metric* find_metric(std::string_view name, const Task& task) {
  if (task.process_results == nullptr) return find_metric(name, task.output_type);
  const std::vector<Metric>& own = task.process_results->metrics;
  const auto found =
      std::find_if(own.begin(), own.end(), [&](const Metric& metric) { return metric.name == name; });
  return found == own.end() || found->output_type != task.output_type ? nullptr : &*found;
}

std::vector<std::string> metric_names(const Task& task) {
  const std::span<const Metric> all =
      task.process_results == nullptr ? metrics() : std::span(task.process_results->metrics);
  std::vector<std::string> names;
  for (const Metric& metric : all) {
    if (metric.output_type == task.output_type) names.emplace_back(metric.name);
  }
  return names;
}

}  // namespace tsugi::eval
