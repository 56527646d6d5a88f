// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a search may be told about validation, however often it asks.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tsugi::eval {

/// The parameter-free Ladder (Blum and Hardt, The Ladder: a reliable leaderboard for machine learning
/// competitions, arXiv 1502.04585, figure 3), on values where more is better. Of a row of queries it tells
/// only the best mean so far, and a new one only when it beats the last by `strictness` standard errors of
/// the paired difference. So what an asker can learn of the items is bounded by the few answers that change.
/// The released value is still a best of few: what is reported comes from items that nothing asked about.
class Ladder {
 public:
  /// 1 is the paper's; 2 lets about 2 % of equally good queries through in place of 16 %.
  explicit Ladder(double strictness = 1) : strictness_(strictness) {}

  /// Shows a candidate's values, [item], and returns what may be known: the mean of this one, rounded to a
  /// multiple of 1 / items, when it is clearly better, else the value released last. The first is always
  /// released. Throws Error when the number of items changes or is 0.
  double ask(std::span<const double> values);

  /// Released last; nothing before the first query.
  std::optional<double> released() const { return released_; }

  /// Queries so far, and those whose value was released.
  std::size_t queries() const { return queries_; }
  std::size_t releases() const { return releases_; }

 private:
  double strictness_;
  std::vector<double> best_;
  std::optional<double> released_;
  std::size_t queries_ = 0;
  std::size_t releases_ = 0;
};

}  // namespace tsugi::eval
