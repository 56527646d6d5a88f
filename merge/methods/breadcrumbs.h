// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The rule of breadcrumbs and breadcrumbs_ties: the trunc(gamma n) largest magnitudes are dropped as outliers
// and so many of the smallest that trunc(density n) elements are kept; where that leaves no smallest to drop,
// fewer of the largest are. Davari and Belilovsky 2023, arXiv 2312.06795, where gamma is called beta.
#pragma once

#include "merge/methods/thinned.h"
#include "merge/steps/trim.h"

namespace tsugi::merge {

struct DropBothEnds {
  struct ModelParams {
    double weight = 0;
    double density = 1;
    double gamma = .01;
  };

  static constexpr auto rows() {
    constexpr Range kShareBelowOne{0, 1, false, true};
    return std::tuple{
        standard(&ModelParams::density,
                 {.name = "density",
                  .accepted = kNotNegative,
                  .searched = {0.1, 1},
                  .doc = "Share of the task vector that is kept; 1 or more keeps all, the largest too."}),
        standard(&ModelParams::gamma, {.name = "gamma",
                                       .accepted = kShareBelowOne,
                                       .searched = {0, 0.1},
                                       .doc = "Share of the largest elements, which are dropped."})};
  }

  static bool thins(const ModelParams& model) { return model.density < 1; }

  // Smallest elements: those that are dropped, and all but the largest that are dropped.
  static constexpr std::size_t kQueries = 2;
  static constexpr bool kKeysAreSmallness = true;

  static void ranks(const ModelParams& model, std::uint64_t n, std::span<std::uint64_t> kept) {
    const std::uint64_t keep = steps::share_of(model.density, n);
    const std::uint64_t top = std::min(n - keep, steps::share_of(model.gamma, n));
    kept[0] = keep == 0 ? n : n - keep - top;
    kept[1] = n - top;
  }

  static void keys(const Tile& tile, std::size_t model, std::span<float> out) {
    steps::smallness(tile.models[model], tile.base, out);
  }

  static std::optional<steps::MagnitudeRange> range(std::span<const RankThreshold> ranks, std::size_t tile) {
    return steps::band_in({ranks[0], ranks[1]}, tile);
  }

  static void thin(const Thinning<ModelParams>& at, std::span<float> out) {
    steps::subtract_outside(at.x, at.base, {at.ranks[0], at.ranks[1]}, at.tile.index, out);
  }
};

}  // namespace tsugi::merge
