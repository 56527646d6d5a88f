// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// ties: d_i = x_i - b with all but the k largest magnitudes set to 0, k = max(1, trunc(density n)); v_i = w_i
// d_i; at each element the sign of sum_i v_i is elected and only v_i of that sign are added, divided by the
// sum of their w_i if `normalize`; out = b + lambda mix. `rescale` first gives each trimmed d_i its L1 norm
// back. Any shape. Yadav et al. 2023, arXiv 2306.01708; votes are weighted and weights are per model, as in
// mergekit.
#include "merge/methods/thinned.h"
#include "merge/steps/trim.h"

namespace tsugi::merge {
namespace {

struct KeepLargest {
  struct ModelParams {
    double weight = 0;
    double density = 1;
  };

  static constexpr auto rows() {
    return std::tuple{standard(&ModelParams::density,
                               {.name = "density",
                                .accepted = kNotNegative,
                                .searched = {0.1, 1},
                                .doc = "Share of the task vector that is kept; 1 or more keeps all."})};
  }

  static bool thins(const ModelParams& model) { return model.density < 1; }

  static constexpr std::size_t kQueries = 1;
  static constexpr bool kKeysAreSmallness = false;

  static void ranks(const ModelParams& model, std::uint64_t n, std::span<std::uint64_t> kept) {
    kept[0] = steps::kept_of(model.density, n);
  }

  static void keys(const Tile& tile, std::size_t model, std::span<float> out) {
    steps::distance(tile.models[model], tile.base, out);
  }

  static std::optional<steps::MagnitudeRange> range(std::span<const RankThreshold> ranks, std::size_t tile) {
    return steps::largest_in(ranks[0], tile);
  }

  static void thin(const Thinning<ModelParams>& at, std::span<float> out) {
    steps::subtract_trimmed(at.x, at.base, at.ranks[0], at.tile.index, out);
  }
};

constexpr FamilyDefaults kDefaults{.consensus = Consensus::elected, .normalize = true, .rescale = false};

struct Ties : Thinned<Ties, KeepLargest, kDefaults> {
  static constexpr std::string_view name = "ties";
  static constexpr std::string_view title = "TIES: trim, elect sign, merge";
  static constexpr std::string_view formula = "b + lambda mean_i over elected signs of w_i trim(x_i - b)";
  static constexpr std::string_view source = "arXiv 2306.01708";
  static constexpr Traits traits{.base = Base::required, .symmetric = true, .identity = true};
};

}  // namespace

Method method_ties() {
  return describe<Ties>();
}

}  // namespace tsugi::merge
