// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/results/group_scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

// Those that tasks have for a metric, sorted.
std::vector<std::string> filters_of(const std::string& metric, const std::vector<const Json*>& entries) {
  std::set<std::string> found;
  const std::string prefix = metric + ",";
  for (const Json* entry : entries) {
    for (const auto& item : entry->items()) {
      if (item.key().starts_with(prefix)) found.insert(item.key().substr(prefix.size()));
    }
  }
  return {found.begin(), found.end()};
}

struct Part {
  double value;
  double size;
  Json error;
};

Json error_of(const std::vector<Part>& parts, bool by_size) {
  const bool complete =
      std::all_of(parts.begin(), parts.end(), [](const Part& part) { return part.error.is_number(); });
  if (!complete) return "N/A";
  double total = 0;
  double items = 0;
  for (const Part& part : parts) {
    const double error = part.error.get<double>();
    total += by_size ? (part.size - 1) * error * error * part.size : error * error;
    items += part.size;
  }
  const auto count = static_cast<double>(parts.size());
  return by_size ? std::sqrt(total / (items - count) / items) : std::sqrt(total) / count;
}

}  // namespace

std::vector<GroupScore> group_scores(const TaskGroup& group, const std::vector<Json>& tasks) {
  std::vector<const Json*> entries;
  for (const std::size_t task : group.tasks) entries.push_back(&tasks.at(task));
  std::vector<GroupScore> scores;
  for (const GroupMetric& metric : group.metrics) {
    const std::vector<std::string> filters =
        metric.filters.empty() ? filters_of(metric.metric, entries) : metric.filters;
    for (const std::string& filter : filters) {
      std::vector<Part> parts;
      for (const Json* entry : entries) {
        const auto value = entry->find(metric.metric + "," + filter);
        if (value == entry->end()) continue;
        parts.push_back({value->get<double>(), entry->at("sample_len").get<double>(),
                         entry->value(metric.metric + "_stderr," + filter, Json("N/A"))});
      }
      if (parts.empty()) continue;
      double sum = 0;
      double weights = 0;
      double items = 0;
      for (const Part& part : parts) {
        sum += part.value * (metric.weight_by_size ? part.size : 1);
        weights += metric.weight_by_size ? part.size : 1;
        items += part.size;
      }
      scores.push_back({metric.metric, filter, sum / weights, error_of(parts, metric.weight_by_size),
                        static_cast<std::size_t>(items)});
    }
  }
  return scores;
}

}  // namespace tsugi::eval
