// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// task_arithmetic: out = b + lambda sum_i w_i (x_i - b), the sum divided by sum_i w_i if `normalize`. Any
// shape; elementwise. Ilharco et al. 2022, arXiv 2212.04089.
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

  static Blend blend(const Typed<TaskArithmetic>& /*given*/) { return Blend::onto_base; }

  static void solve(const Typed<TaskArithmetic>& given, Answers& answers) {
    double sum = 0;
    for (const ModelParams& model : given.models) sum += model.weight;
    const double divisor = given.params.normalize ? steps::divisor_of(sum) : 1;
    answers.factors.clear();
    for (const ModelParams& model : given.models)
      answers.factors.push_back(static_cast<float>(given.params.lambda * model.weight / divisor));
  }
};

}  // namespace

Method method_task_arithmetic() {
  return describe<TaskArithmetic>();
}

}  // namespace tsugi::merge
