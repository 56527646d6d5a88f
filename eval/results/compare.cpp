// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/results/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "eval/metrics/paired_tests.h"
#include "eval/results/text_table.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using Scores = std::vector<std::pair<std::string, double>>;

// Equal documents pair off in file order: the n-th of one model with the n-th of the other.
Scores sorted(Scores scores) {
  std::stable_sort(scores.begin(), scores.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return scores;
}

struct Paired {
  std::vector<double> first;
  std::vector<double> second;
  std::size_t unpaired = 0;
};

Paired pair_up(const Scores& a, const Scores& b) {
  const Scores left = sorted(a);
  const Scores right = sorted(b);
  Paired paired;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < left.size() && j < right.size()) {
    const int order = left[i].first.compare(right[j].first);
    if (order == 0) {
      paired.first.push_back(left[i++].second);
      paired.second.push_back(right[j++].second);
    } else {
      ++(order < 0 ? i : j);
      ++paired.unpaired;
    }
  }
  paired.unpaired += (left.size() - i) + (right.size() - j);
  return paired;
}

std::optional<double> p_value(const Paired& paired) {
  const std::optional<Discordant> pairs = discordant(paired.second, paired.first);
  return pairs ? std::optional(mcnemar_exact(*pairs)) : std::nullopt;
}

}  // namespace

bool ScoreColumn::operator<(const ScoreColumn& other) const {
  return std::tie(task, filter, metric) < std::tie(other.task, other.filter, other.metric);
}

std::vector<PairedComparison> compare_scores(const ItemScores& first, const ItemScores& second,
                                             std::uint64_t seed) {
  std::vector<PairedComparison> rows;
  for (const auto& [column, scores] : first.columns) {
    const auto found = second.columns.find(column);
    if (found == second.columns.end()) continue;
    const Paired paired = pair_up(scores, found->second);
    if (paired.first.empty()) continue;
    rows.push_back({.column = column,
                    .items = paired.first.size(),
                    .unpaired = paired.unpaired,
                    .first = mean_of(paired.first),
                    .second = mean_of(paired.second),
                    .gain = bootstrap_difference(paired.second, paired.first, {}, seed),
                    .p_value = p_value(paired)});
  }
  if (rows.empty()) {
    throw InputError(second.name, fmt::format("no item of any task in common with {}", first.name),
                     "compare results of the same tasks");
  }
  return rows;
}

std::string comparison_table(const std::string& first, const std::string& second,
                             const std::vector<PairedComparison>& rows) {
  std::vector<TableRow> table{
      {"Tasks", "Filter", "Metric", "Items", first, second, "Gain", "95 % interval", "p"}};
  for (const PairedComparison& row : rows) {
    table.push_back({row.column.task, row.column.filter, row.column.metric, fmt::format("{}", row.items),
                     fmt::format("{:.4f}", row.first), fmt::format("{:.4f}", row.second),
                     fmt::format("{:+.4f}", row.gain.mean),
                     fmt::format("{:+.4f} to {:+.4f}", row.gain.low, row.gain.high),
                     row.p_value ? fmt::format("{:.2g}", *row.p_value) : "-"});
  }
  return text_table(table);
}

nlohmann::ordered_json to_json(const PairedComparison& row) {
  nlohmann::ordered_json json = {
      {"task", row.column.task}, {"filter", row.column.filter}, {"metric", row.column.metric},
      {"items", row.items},      {"unpaired", row.unpaired},    {"first", row.first},
      {"second", row.second},    {"gain", row.gain.mean},       {"ci95", {row.gain.low, row.gain.high}}};
  json["p_value"] = row.p_value ? nlohmann::ordered_json(*row.p_value) : nullptr;
  return json;
}

}  // namespace tsugi::eval
