// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// multislerp: with y_i = x_i - b (x_i without base), u_i = y_i/(||y_i|| + eps) and s = sum_i w_i u_i,
//   out = b + (sum_i w_i ||y_i||) s/||s||:
// the weighted mean of directions at the weighted mean of lengths, over the flattened tensor. mergekit then
// takes a step in the tangent space at s/||s||, whose length is 0 for any input: sum_i w_i (u_i - <u_i,m> m)
// = s - ||s|| m. Where s vanishes, two models are averaged and more are refused. Any shape. Goddard 2025,
// "Multi-SLERP", goddard.blog.
#include <cmath>

#include "merge/methods/describe.h"
#include "merge/steps/gram.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

struct Multislerp {
  static constexpr std::string_view name = "multislerp";
  static constexpr std::string_view title = "Spherical mean by weights";
  static constexpr std::string_view formula =
      "b + (sum_i w_i |x_i - b|) s/|s|, s = sum_i w_i (x_i - b)/|x_i - b|";
  static constexpr std::string_view source = "goddard.blog/posts/multislerp-wow-what-a-cool-idea";
  static constexpr Traits traits{.base = Base::optional, .symmetric = true, .identity = true};

  struct Params {
    bool normalize_weights = true;
    double eps = 1e-8;
  };
  struct ModelParams {
    double weight = 0;
  };
  using Given = Typed<Multislerp>;

  static constexpr auto table() {
    return std::tuple{
        required(&ModelParams::weight,
                 {.name = "weight", .doc = "Share of this model's direction and length."}),
        standard(&Params::normalize_weights,
                 {.name = "normalize_weights", .doc = "Divide the weights by their sum."}),
        standard(&Params::eps, {.name = "eps",
                                .accepted = {0, std::numeric_limits<double>::infinity(), true, true},
                                .searched = {1e-10, 1e-6},
                                .scale = Scale::logarithmic,
                                .doc = "Length below which a difference counts as none."})};
  }

  static double total(const Given& given) {
    double sum = 0;
    for (const ModelParams& model : given.models) sum += model.weight;
    return sum;
  }

  static void check(const Given& given, Remarks& remarks) {
    double magnitude = 0;
    for (const ModelParams& model : given.models) magnitude += std::fabs(model.weight);
    // As in linear: 0.1 + 0.2 - 0.3 is not 0 in f64.
    constexpr double kRounding = 1e-12;
    if (!given.params.normalize_weights || std::fabs(total(given)) > kRounding * magnitude) return;
    remarks.error = "the weights sum to 0, and `normalize_weights` divides by their sum";
    remarks.cure = "change a weight or set normalize_weights: false";
  }

  static Needs needs(const Given& given) {
    return steps::needs_gram(given.tensor.has_base ? Products::deltas : Products::models,
                             given.models.size());
  }

  static void solve(const Given& given, Answers& answers) {
    const std::size_t n = given.models.size();
    answers.factors.assign(n, 1);
    if (n == 1) return;  // the only model comes back as it is
    const steps::Gram gram(answers.sums, n);
    const double divisor = given.params.normalize_weights ? total(given) : 1;
    std::vector<double> weights(n);
    std::vector<double> of_unit(n);  // w_i u_i = of_unit_i y_i
    double length = 0;
    bool any = false;
    for (std::size_t i = 0; i < n; ++i) {
      weights[i] = given.models[i].weight / divisor;
      of_unit[i] = weights[i] / (gram.norm(i) + given.params.eps);
      length += weights[i] * gram.norm(i);
      any |= weights[i] != 0 && gram.norm(i) > 0;
    }
    double square = 0;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) square += of_unit[i] * of_unit[j] * gram.dot(i, j);
    }
    const double norm = std::sqrt(std::max(square, 0.0));
    const bool vanishes = norm < given.params.eps;
    // Nothing but zeros has no direction and needs none.
    if (vanishes && n > 2 && any) refuse(given);
    for (std::size_t i = 0; i < n; ++i)
      answers.factors[i] = static_cast<float>(vanishes ? weights[i] : length / norm * of_unit[i]);
  }

  [[noreturn]] static void refuse(const Given& given) {
    throw InputError(std::string(given.tensor.name),
                     "the weighted directions of its inputs cancel out, so that multislerp has no result",
                     "change a weight");
  }

  static Blend blend(const Given& given) {
    return given.tensor.has_base && given.tensor.models > 1 ? Blend::onto_base : Blend::sum;
  }
};

}  // namespace

Method method_multislerp() {
  return describe<Multislerp>();
}

}  // namespace tsugi::merge
