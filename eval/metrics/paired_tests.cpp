// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/metrics/paired_tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "eval/metrics/draws.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

/// P(X = k), X ~ Binomial(n, 1/2).
double half_binomial(std::size_t k, std::size_t n) {
  const auto x = static_cast<double>(k);
  const auto size = static_cast<double>(n);
  return std::exp(std::lgamma(size + 1) - std::lgamma(x + 1) - std::lgamma(size - x + 1) -
                  size * std::log(2.0));
}

}  // namespace

std::optional<Discordant> discordant(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size())
    throw Error(fmt::format("paired values: {} of one, {} of the other", a.size(), b.size()));
  Discordant pairs;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] != 0 && a[i] != 1) || (b[i] != 0 && b[i] != 1)) return std::nullopt;
    pairs.wins += a[i] > b[i] ? 1 : 0;
    pairs.losses += b[i] > a[i] ? 1 : 0;
  }
  return pairs;
}

double mcnemar_exact(Discordant pairs) {
  double tail = 0;
  for (std::size_t k = 0; k <= std::min(pairs.wins, pairs.losses); ++k)
    tail += half_binomial(k, pairs.wins + pairs.losses);
  return std::min(1.0, 2 * tail);
}

double mcnemar_mid_p(Discordant pairs) {
  if (pairs.wins == pairs.losses) return 1;
  return mcnemar_exact(pairs) - half_binomial(std::min(pairs.wins, pairs.losses), pairs.wins + pairs.losses);
}

double sign_flip_test(std::span<const double> differences, std::span<const std::size_t> cluster,
                      std::uint64_t seed, std::size_t resamples) {
  const ClusterNumbers numbers = number_clusters(differences.size(), cluster);
  std::vector<double> sums(numbers.count);
  for (std::size_t i = 0; i < differences.size(); ++i) sums[numbers.of[i]] += differences[i];
  // Sums that are equal but for rounding count as equal.
  constexpr double kRounding = 1e-9;
  const double least = std::abs(std::accumulate(sums.begin(), sums.end(), 0.0)) * (1 - kRounding);
  std::size_t as_far = 1;
  for (std::size_t r = 0; r < resamples; ++r) {
    const std::uint64_t stream = stream_of(seed, r);
    double total = 0;
    for (std::size_t c = 0; c < sums.size(); ++c)
      total += (bits_at(stream, c) >> 63U) != 0 ? sums[c] : -sums[c];
    as_far += std::abs(total) >= least ? 1 : 0;
  }
  return static_cast<double>(as_far) / static_cast<double>(resamples + 1);
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;  // an adjusted value is never below that of a smaller one
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const auto left = static_cast<double>(order.size() - rank);
    largest = std::max(largest, std::min(1.0, left * p_values[order[rank]]));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

}  // namespace tsugi::eval
