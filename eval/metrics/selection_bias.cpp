// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/metrics/selection_bias.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "eval/metrics/draws.h"
#include "merge/parallel.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using Rows = std::span<const std::vector<double>>;

void check(Rows rows) {
  for (const std::vector<double>& row : rows) {
    if (row.size() != rows.front().size() || row.empty())
      throw Error(fmt::format("candidates with {} and {} scores", rows.front().size(), row.size()));
  }
}

/// "" when there is enough to work with; then `numbers` are those of the clusters.
std::string reason_against(Rows rows, std::size_t least, std::span<const std::size_t> cluster,
                           ClusterNumbers& numbers) {
  const std::size_t candidates = rows.size();
  if (candidates < least) {
    return fmt::format("{} candidate{} scored on all items, at least {} needed", candidates,
                       candidates == 1 ? " was" : "s were", least);
  }
  check(rows);
  numbers = number_clusters(rows.front().size(), cluster);
  return numbers.count < 2 ? "all items are of one cluster" : "";
}

/// Sums of a row over clusters.
std::vector<double> cluster_sums(std::span<const double> row, const ClusterNumbers& numbers) {
  std::vector<double> sums(numbers.count);
  for (std::size_t i = 0; i < row.size(); ++i) sums[numbers.of[i]] += row[i];
  return sums;
}

/// The clusters' sums of all candidates, side by side: [cluster][candidate].
struct Table {
  std::size_t candidates = 0;
  std::vector<double> sums;
  std::vector<double> items;  ///< [cluster]
};

Table table_of(Rows rows, const ClusterNumbers& numbers) {
  Table table{.candidates = rows.size(),
              .sums = std::vector<double>(numbers.count * rows.size()),
              .items = std::vector<double>(numbers.count)};
  for (const std::size_t c : numbers.of) table.items[c] += 1;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::vector<double> sums = cluster_sums(rows[k], numbers);
    for (std::size_t c = 0; c < numbers.count; ++c) table.sums[c * rows.size() + k] = sums[c];
  }
  return table;
}

/// Score on the clusters that one resample leaves out of the candidate that is best on those it draws, the
/// earlier of equals. Nothing when every cluster was drawn.
std::optional<double> score_out_of_bag(const Table& table, std::uint64_t stream) {
  const std::size_t clusters = table.items.size();
  std::vector<std::size_t> drawn(clusters, 0);
  for (std::size_t draw = 0; draw < clusters; ++draw) ++drawn[below(bits_at(stream, draw), clusters)];
  std::vector<double> in_bag(table.candidates, 0.0);
  for (std::size_t c = 0; c < clusters; ++c) {
    if (drawn[c] == 0) continue;
    const double* sums = &table.sums[c * table.candidates];
    for (std::size_t k = 0; k < table.candidates; ++k) in_bag[k] += static_cast<double>(drawn[c]) * sums[k];
  }
  const auto best = static_cast<std::size_t>(std::max_element(in_bag.begin(), in_bag.end()) - in_bag.begin());
  double sum = 0;
  double items = 0;
  for (std::size_t c = 0; c < clusters; ++c) {
    if (drawn[c] > 0) continue;
    sum += table.sums[c * table.candidates + best];
    items += table.items[c];
  }
  return items > 0 ? std::optional(sum / items) : std::nullopt;
}

}  // namespace

Corrected bootstrap_bias_corrected(Rows rows, std::span<const std::size_t> cluster, std::uint64_t seed,
                                   std::size_t resamples) {
  ClusterNumbers numbers;
  if (std::string reason = reason_against(rows, 2, cluster, numbers); !reason.empty())
    return {.estimate = {}, .reason = std::move(reason)};
  const Table table = table_of(rows, numbers);
  std::vector<std::optional<double>> left_out(resamples);
  merge::parallel_for(resamples,
                      [&](std::size_t r) { left_out[r] = score_out_of_bag(table, stream_of(seed, r)); });
  std::vector<double> scores;
  for (const std::optional<double>& score : left_out) {
    if (score) scores.push_back(*score);
  }
  if (scores.empty()) return {.estimate = {}, .reason = "every resample drew every item"};
  const double mean = mean_of(scores);
  std::sort(scores.begin(), scores.end());
  return {.estimate = Estimate{mean, quantile(scores, 0.025), quantile(scores, 0.975)}, .reason = ""};
}

Corrected empirical_bayes(Rows rows, std::span<const std::size_t> cluster) {
  ClusterNumbers numbers;
  if (std::string reason = reason_against(rows, 3, cluster, numbers); !reason.empty())
    return {.estimate = {}, .reason = std::move(reason)};
  const std::size_t items = rows.front().size();
  const auto candidates = static_cast<double>(rows.size());
  std::vector<double> item_means(items, 0.0);
  for (const std::vector<double>& row : rows) {
    for (std::size_t j = 0; j < items; ++j) item_means[j] += row[j] / candidates;
  }
  const double all = mean_of(item_means);
  double best = mean_of(rows.front());
  double spread = 0;
  double squares = 0;
  for (const std::vector<double>& row : rows) {
    const double mean = mean_of(row);
    best = std::max(best, mean);
    spread += (mean - all) * (mean - all) / (candidates - 1);
    std::vector<double> residuals(items);
    for (std::size_t j = 0; j < items; ++j) residuals[j] = row[j] - item_means[j] - mean + all;
    for (const double sum : cluster_sums(residuals, numbers)) squares += sum * sum;
  }
  const auto n = static_cast<double>(items);
  const auto clusters = static_cast<double>(numbers.count);
  const double noise = squares / ((candidates - 1) * n * n) * (clusters / (clusters - 1));
  const double between = std::max(0.0, spread - noise);
  const double trust = between > 0 ? between / (between + noise) : 0;
  const double mean = all + trust * (best - all);
  constexpr double kZ = 1.959963984540054;  // 97.5 % quantile of the normal distribution
  const double half = kZ * std::sqrt(trust * noise);
  return {.estimate = Estimate{mean, mean - half, mean + half}, .reason = ""};
}

}  // namespace tsugi::eval
