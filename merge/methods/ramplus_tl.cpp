// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// ramplus_tl: as ram, but what model i alone changed is added l_i times,
//   l_i = 1 + r min(rho_i, alpha),   rho_i = (elements it and others changed) / (elements it alone changed),
// counted over the tensor (the paper counts over the model). Any shape. arXiv 2601.13572.
#include <algorithm>

#include "merge/methods/describe.h"
#include "merge/steps/active_elements.h"
#include "merge/steps/scratch.h"

namespace tsugi::merge {
namespace {

struct RamPlus {
  static constexpr std::string_view name = "ramplus_tl";
  static constexpr std::string_view title = "RAM+: RAM, reinforcing what one changed, tensor by tensor";
  static constexpr std::string_view formula =
      "b + l_i (x_i - b) where one changed b, b + mean_i (x_i - b) where several did";
  static constexpr std::string_view source = "arXiv 2601.13572";
  static constexpr Traits traits{.base = Base::required, .symmetric = true, .identity = true};

  struct Params {
    double epsilon = 1e-5;
    double r = .1;
    double alpha = .2;
  };
  using Given = Typed<RamPlus>;

  static constexpr auto table() {
    return std::tuple{
        standard(&Params::epsilon, {.name = "epsilon",
                                    .accepted = kNotNegative,
                                    .searched = {1e-6, 1e-3},
                                    .scale = Scale::logarithmic,
                                    .doc = "Smallest change of a value that counts."}),
        standard(
            &Params::r,
            {.name = "r", .doc = "How much a model's overlap with others amplifies what it alone changed."}),
        standard(&Params::alpha, {.name = "alpha",
                                  .accepted = kNotNegative,
                                  .doc = "Largest overlap that counts: shared per unshared changes."})};
  }

  static float epsilon(const Given& given) { return static_cast<float>(given.params.epsilon); }

  static Needs needs(const Given& given) {
    return {.ranks = {}, .sums = 2 * given.tensor.models, .sums_depend_on_settings = true};
  }

  // [model][0]: elements it alone changed, [1]: it and others
  static void sums(const Given& given, const Tile& tile, const Answers& /*answers*/, std::span<double> out) {
    const std::span<float> counts = steps::scratch(steps::Purpose::votes, tile.size);
    steps::count_active(tile.models, tile.base, epsilon(given), counts);
    for (std::size_t i = 0; i < tile.models.size(); ++i) {
      const steps::ActiveCounts of_model =
          steps::active_counts(tile.models[i], tile.base, epsilon(given), counts);
      out[2 * i] = of_model.alone;
      out[2 * i + 1] = of_model.shared;
    }
  }

  static void solve(const Given& given, Answers& answers) {
    const Params& params = given.params;
    for (std::size_t i = 0; i < given.tensor.models; ++i) {
      const double alone = answers.sums[2 * i];
      const double shared = answers.sums[2 * i + 1];
      // Against the largest first: with nothing alone the quotient is as large as it may be, with nothing
      // shared it is 0, and neither divides by 0.
      const double divisor = std::max(alone, params.epsilon);
      const double overlap = shared >= params.alpha * divisor ? params.alpha : shared / divisor;
      answers.factors.push_back(static_cast<float>(1 + params.r * (shared == 0 ? 0 : overlap)));
    }
  }

  static void apply(const Given& given, const Tile& tile, const Answers& answers, std::span<float> out) {
    steps::add_active(tile.models, answers.factors, tile.base, epsilon(given), out);
  }
};

}  // namespace

Method method_ramplus_tl() {
  return describe<RamPlus>();
}

}  // namespace tsugi::merge
