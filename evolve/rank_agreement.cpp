// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/rank_agreement.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace tsugi::evolve {
namespace {

std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<double>(begin + end - 1) / 2;
    begin = end;
  }
  return ranks;
}

}  // namespace

std::optional<double> metric_of(const Record& record, const Exam& exam) {
  return metric_of(record, exam, items_of(exam, eval::Side::search));
}

std::optional<double> metric_of(const Record& record, const Exam& exam, std::span<const std::size_t> items) {
  const std::vector<double> values = values_of_items(record, items);
  if (values.empty()) return std::nullopt;
  return fitness(exam, items, values);
}

std::optional<double> rank_correlation(std::span<const double> a, std::span<const double> b) {
  constexpr std::size_t kLeast = 3;  // two pairs agree or not, whatever they are
  if (a.size() < kLeast || a.size() != b.size()) return std::nullopt;
  const std::vector<double> x = ranks_of(a);
  const std::vector<double> y = ranks_of(b);
  const double mean = static_cast<double>(a.size() - 1) / 2;
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  if (xx == 0 || yy == 0) return std::nullopt;
  return xy / std::sqrt(xx * yy);
}

RankAgreement rank_agreement(const Archive& archive, const Exam& exam, std::span<const std::size_t> items) {
  std::vector<double> likelihoods;
  std::vector<double> metrics;
  for (const Record& record : archive.records) {
    if (!record.likelihood || record.same_as) continue;
    const std::optional<double> metric = metric_of(record, exam, items);
    if (!metric) continue;
    likelihoods.push_back(*record.likelihood);
    metrics.push_back(*metric);
  }
  return {.candidates = metrics.size(), .correlation = rank_correlation(likelihoods, metrics)};
}

}  // namespace tsugi::evolve
