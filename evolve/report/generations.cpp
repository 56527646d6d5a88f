// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/generations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "eval/metrics/intervals.h"

namespace tsugi::evolve {
namespace {

// By linear interpolation between the ordered values (numpy's default); `share` in [0, 1].
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

void summarise(std::vector<double> values, GenerationFigures& figures) {
  if (values.empty()) return;
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (const double value : values) sum += value;
  figures.best = values.back();
  figures.mean = sum / static_cast<double>(values.size());
  figures.low_quartile = quantile(values, 0.25);
  figures.high_quartile = quantile(values, 0.75);
}

}  // namespace

std::string fitness_text(const Run& run, std::optional<double> fitness) {
  if (!fitness) return "–";
  return run.by_likelihood ? fmt::format("{:.4f}", *fitness) : fmt::format("{:.1f}", 100 * *fitness);
}

std::optional<double> fitness_error(const Run& run, const Record& record) {
  if (run.by_likelihood) return std::nullopt;
  std::map<std::string, std::vector<double>> values;
  for (const std::size_t item : items_on(run.archive, eval::Side::search)) {
    if (!std::isnan(record.scores[item])) values[run.archive.items[item].task].push_back(record.scores[item]);
  }
  double variance = 0;
  for (const auto& [task, scores] : values) {
    const auto weight = run.weights.find(task);
    const double error = (weight != run.weights.end() ? weight->second : 1.0) * eval::standard_error(scores);
    variance += error * error;
  }
  return std::sqrt(variance);
}

std::vector<GenerationFigures> generations_of(const Run& run) {
  std::map<std::size_t, std::vector<const Record*>> generations;
  for (const Record& record : run.archive.records) {
    if (record.origin != Origin::mean) generations[record.generation].push_back(&record);
  }
  std::vector<GenerationFigures> all;
  const Record* best = nullptr;
  for (const auto& [number, records] : generations) {
    GenerationFigures figures;
    figures.generation = number;
    figures.candidates = records.size();
    if (number < run.archive.bookkeeping_seconds.size())
      figures.bookkeeping_seconds = run.archive.bookkeeping_seconds[number];
    std::vector<double> values;
    for (const Record* record : records) {
      figures.merge_seconds += record->merge_seconds;
      figures.score_seconds += record->score_seconds;
      if (!record->fitness) {
        ++figures.failures;
        continue;
      }
      values.push_back(*record->fitness);
      if (best == nullptr || *record->fitness > *best->fitness) best = record;
    }
    summarise(std::move(values), figures);
    if (best != nullptr) {
      figures.best_so_far = best->fitness;
      figures.best_so_far_error = fitness_error(run, *best);
    }
    all.push_back(figures);
  }
  return all;
}

}  // namespace tsugi::evolve
