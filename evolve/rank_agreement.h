// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Whether a search by log-likelihood goes where the metric wants it to go.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "evolve/archive.h"
#include "evolve/exam.h"

namespace tsugi::evolve {

/// A record's metric on the search side, or on some of its items; nothing unless it was asked all of them.
std::optional<double> metric_of(const Record& record, const Exam& exam);
std::optional<double> metric_of(const Record& record, const Exam& exam, std::span<const std::size_t> items);

/// Spearman's rank correlation, equal values having the mean of their ranks (Kendall & Gibbons 1990, chapter
/// 3); nothing for fewer than 3 pairs or when one side is constant.
std::optional<double> rank_correlation(std::span<const double> a, std::span<const double> b);

struct RankAgreement {
  std::size_t candidates = 0;           ///< distinct ones that were scored by both
  std::optional<double> correlation{};  ///< of likelihood and metric
};

/// Below it a warning is due: half of the metric's ranks are then not explained by the likelihood's
/// (0.7^2 = 0.49).
inline constexpr double kWeakCorrelation = 0.7;

/// Over candidates that were scored by both on `items`, of which their likelihood is.
RankAgreement rank_agreement(const Archive& archive, const Exam& exam, std::span<const std::size_t> items);

}  // namespace tsugi::evolve
