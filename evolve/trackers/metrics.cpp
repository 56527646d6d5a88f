// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/trackers/metrics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "evolve/optimizer_choice.h"

namespace tsugi::evolve {
namespace {

void add(std::vector<Metric>& metrics, std::string name, std::optional<double> value, std::uint64_t step) {
  if (value) metrics.push_back({.name = std::move(name), .value = *value, .step = step});
}

void add_interval(std::vector<Metric>& metrics, const std::string& name, const eval::Estimate& estimate,
                  std::uint64_t step) {
  add(metrics, name + "/low", estimate.low, step);
  add(metrics, name + "/high", estimate.high, step);
}

}  // namespace

std::string metric_name(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += letter || std::string_view("_-. /").find(c) != std::string_view::npos ? c : '_';
  }
  return out;
}

std::vector<Metric> metrics_of(const GenerationSummary& summary) {
  std::vector<Metric> metrics;
  const std::uint64_t step = summary.generation;
  add(metrics, "search/best", summary.best, step);
  add(metrics, "search/mean", summary.mean, step);
  add(metrics, "search/best_so_far", summary.best_ever, step);
  add(metrics, "search/failures", static_cast<double>(summary.failures), step);
  add(metrics, "search/evaluations", static_cast<double>(summary.evaluations), step);
  return metrics;
}

std::vector<Metric> metrics_of(const Result& result, std::uint64_t step) {
  std::vector<Metric> metrics;
  for (const ModelScore& model : result.models) {
    const std::string name = "test/" + metric_name(model.name);
    add(metrics, name, model.score.mean, step);
    add_interval(metrics, name, model.score, step);
  }
  add(metrics, "gain/mean", result.gain.mean, step);
  add_interval(metrics, "gain", result.gain, step);
  return metrics;
}

std::vector<std::pair<std::string, std::string>> parameters_of(const recipes::SearchSpec& spec,
                                                               const SearchOptions& options) {
  std::vector<std::string> models;
  for (const recipes::ModelReference& model : spec.genome.models) models.push_back(model.text);
  std::vector<std::string> tasks;
  for (const recipes::TaskSpec& task : spec.tasks)
    tasks.push_back(fmt::format("{} {} x{}", task.name, task.metric, task.weight));
  std::vector<std::pair<std::string, std::string>> parameters = {
      {"merge_method", recipes::methods_text(spec.genome)},
      {"models", fmt::format("{}", fmt::join(models, ", "))},
      {"tasks", fmt::format("{}", fmt::join(tasks, ", "))},
      {"layer_granularity", std::to_string(spec.genome.layer_granularity)},
      {"optimizer", optimizers_text(spec.stages.empty() ? spec.optimizer : spec.stages.front().optimizer)},
      {"evaluations", std::to_string(options.evaluations.value_or(spec.evaluations))},
      {"seed", std::to_string(options.seed.value_or(spec.seed))},
      {"search_file", spec.file},
  };
  if (spec.genome.base_model) parameters.emplace_back("base_model", spec.genome.base_model->text);
  for (const recipes::OptimizerSetting& setting : spec.optimizer.settings)
    parameters.emplace_back("optimizer." + setting.key, setting.text);
  if (spec.layers) {
    std::vector<std::string> pool;
    for (const recipes::ModelReference& model : spec.layers->models) pool.push_back(model.text);
    parameters.emplace_back("layers.models", fmt::format("{}", fmt::join(pool, ", ")));
    parameters.emplace_back("layers.form",
                            spec.layers->form == recipes::LayerForm::path ? "path" : "indicator");
  }
  if (!spec.stages.empty()) parameters.emplace_back("layers.optimizer", spec.stages.back().optimizer.name);
  return parameters;
}

}  // namespace tsugi::evolve
