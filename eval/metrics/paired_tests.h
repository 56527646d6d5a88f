// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Whether two models differ on the same items, as tests of "no difference".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tsugi::eval {

/// Items that only one of two models has right.
struct Discordant {
  std::size_t wins = 0;    ///< of the first
  std::size_t losses = 0;  ///< of the second
};

/// Of a against b; nothing where a score is neither 0 nor 1. Throws Error when they differ in length.
std::optional<Discordant> discordant(std::span<const double> a, std::span<const double> b);

/// Two-sided exact test that of the discordant pairs each side is as likely (McNemar 1947 with binomial
/// probabilities): min(1, 2 P(X <= min(wins, losses))), X ~ Binomial(wins + losses, 1/2).
double mcnemar_exact(Discordant pairs);

/// The same less P(X = min(wins, losses)): closer to its level where the exact test is too cautious
/// (Fagerland, Lydersen, Laake, BMC Medical Research Methodology 13:91, 2013). 1 for equal sides.
double mcnemar_mid_p(Discordant pairs);

/// Two-sided test of "the mean difference is 0" for any scores: the share of `resamples` random changes of
/// sign, a whole cluster at a time, that give a sum at least as far from 0, the observed one counted in.
/// `cluster` is [item]; empty means every item is its own. Draws as bootstrap_mean does.
double sign_flip_test(std::span<const double> differences, std::span<const std::size_t> cluster,
                      std::uint64_t seed, std::size_t resamples = 10'000);

/// Holm's step-down adjustment (1979) of the p-values of several tests, in their order.
std::vector<double> holm(std::span<const double> p_values);

}  // namespace tsugi::eval
