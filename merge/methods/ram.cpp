// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// ram: an element that one model alone changed (|x_i - b| > epsilon) takes that model's value; one that
// several changed takes b plus the mean of their x_i - b; the others stay b. Any shape; elementwise. arXiv
// 2601.13572.
#include "merge/methods/describe.h"
#include "merge/steps/active_elements.h"

namespace tsugi::merge {
namespace {

struct Ram {
  static constexpr std::string_view name = "ram";
  static constexpr std::string_view title = "RAM: keep what one changed, average what several did";
  static constexpr std::string_view formula = "b + mean of those x_i - b with |x_i - b| > epsilon";
  static constexpr std::string_view source = "arXiv 2601.13572";
  static constexpr Traits traits{.base = Base::required, .symmetric = true, .identity = true};

  struct Params {
    double epsilon = 1e-5;
  };

  static constexpr auto table() {
    return std::tuple{standard(&Params::epsilon, {.name = "epsilon",
                                                  .accepted = kNotNegative,
                                                  .searched = {1e-6, 1e-3},
                                                  .scale = Scale::logarithmic,
                                                  .doc = "Smallest change of a value that counts."})};
  }

  static void solve(const Typed<Ram>& given, Answers& answers) {
    answers.factors.assign(given.tensor.models, 1);
  }

  static void apply(const Typed<Ram>& given, const Tile& tile, const Answers& answers, std::span<float> out) {
    steps::add_active(tile.models, answers.factors, tile.base, static_cast<float>(given.params.epsilon), out);
  }
};

}  // namespace

Method method_ram() {
  return describe<Ram>();
}

}  // namespace tsugi::merge
