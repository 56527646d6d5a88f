// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// task_arithmetic: out = b + lambda sum_i w_i (x_i - b), the sum divided by sum_i w_i if `normalize`. Any
// shape; elementwise. Ilharco et al. 2022, arXiv 2212.04089.
#include <algorithm>

#include "merge/methods/describe.h"
#include "merge/steps/weighted_sum.h"

namespace tsugi::merge {
namespace {

struct TaskArithmetic {
  static constexpr std::string_view name = "task_arithmetic";
  static constexpr std::string_view title = "Task arithmetic";
  static constexpr std::string_view formula = "b + lambda sum_i w_i (x_i - b)";
  static constexpr std::string_view source = "arXiv 2212.04089";
  static constexpr Traits traits{.base = Base::required, .symmetric = true, .identity = true};

  struct Params {
    bool normalize = false;
    double lambda = 1;
  };
  struct ModelParams {
    double weight = 0;
  };

  static constexpr auto table() {
    return std::tuple{
        required(&ModelParams::weight, {.name = "weight", .doc = "Factor on this model's task vector."}),
        standard(&Params::normalize, {.name = "normalize", .doc = "Divide by the sum of the weights."}),
        standard(&Params::lambda,
                 {.name = "lambda", .searched = {0, 2}, .doc = "Factor on the sum of the task vectors."})};
  }

  static bool reads(const Typed<TaskArithmetic>& given, std::size_t model) {
    return given.models[model].weight != 0;
  }

  static void apply(const Typed<TaskArithmetic>& given, const Tile& tile, const Answers& /*answers*/,
                    std::span<float> out) {
    std::fill(out.begin(), out.end(), 0.0F);
    double sum = 0;
    for (std::size_t i = 0; i < given.models.size(); ++i) {
      const double weight = given.models[i].weight;
      sum += weight;
      if (weight == 0) continue;
      steps::add_scaled_delta(tile.models[i], tile.base, static_cast<float>(weight), out);
    }
    if (given.params.normalize) steps::divide(out, static_cast<float>(steps::divisor_of(sum)));
    steps::onto_base(tile.base, static_cast<float>(given.params.lambda), out);
  }
};

}  // namespace

Method method_task_arithmetic() {
  return describe<TaskArithmetic>();
}

}  // namespace tsugi::merge
