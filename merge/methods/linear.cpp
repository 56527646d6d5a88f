// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// linear: out = sum_i w_i x_i, divided by sum_i w_i if `normalize`. Any shape; elementwise.
// Model soups, Wortsman et al. 2022, arXiv 2203.05482 (there with equal weights).
#include <cmath>
#include <vector>

#include "merge/methods/describe.h"

namespace tsugi::merge {
namespace {

struct Linear {
  static constexpr std::string_view name = "linear";
  static constexpr std::string_view title = "Weighted average";
  static constexpr std::string_view formula = "sum_i w_i x_i / sum_i w_i";
  static constexpr std::string_view source = "arXiv 2203.05482";
  static constexpr Traits traits{.base = Base::unused, .symmetric = true, .identity = true};

  struct Params {
    bool normalize = true;
  };
  struct ModelParams {
    double weight = 0;
  };

  static constexpr auto table() {
    return std::tuple{
        required(&ModelParams::weight, {.name = "weight", .doc = "Share of this model in the average."}),
        standard(&Params::normalize, {.name = "normalize", .doc = "Divide by the sum of the weights."})};
  }

  static double total(const Typed<Linear>& given) {
    double sum = 0;
    for (const ModelParams& model : given.models) sum += model.weight;
    return sum;
  }

  static void check(const Typed<Linear>& given, Remarks& remarks) {
    double magnitude = 0;
    for (const ModelParams& model : given.models) magnitude += std::fabs(model.weight);
    // 0.1 + 0.2 - 0.3 is not 0 in f64: a sum this far below its terms is rounding.
    constexpr double kRounding = 1e-12;
    if (!given.params.normalize || std::fabs(total(given)) > kRounding * magnitude) return;
    remarks.error = "the weights sum to 0, and `normalize` divides by their sum";
    remarks.cure = "change a weight or set normalize: false";
  }

  static bool reads(const Typed<Linear>& given, std::size_t model) { return given.models[model].weight != 0; }

  static Blend blend(const Typed<Linear>& /*given*/) { return Blend::sum; }

  static void solve(const Typed<Linear>& given, Answers& answers) {
    const double divisor = given.params.normalize ? total(given) : 1;
    answers.factors.clear();
    for (const ModelParams& model : given.models)
      answers.factors.push_back(static_cast<float>(model.weight / divisor));
  }
};

}  // namespace

Method method_linear() {
  return describe<Linear>();
}

}  // namespace tsugi::merge
