// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// slerp: with theta the angle between the flattened tensors a (base, t = 0) and b (t = 1),
//   out = sin((1-t) theta)/sin theta a + sin(t theta)/sin theta b,
// on the tensors as they are, not on unit vectors. Nearly parallel or opposite (|cos theta| > 0.9995): (1-t)
// a + t b. Any shape. Shoemake 1985, "Animating rotation with quaternion curves"; thresholds as in mergekit.
#include <algorithm>
#include <cmath>

#include "merge/methods/describe.h"
#include "merge/steps/gram.h"

namespace tsugi::merge {
namespace {

struct Slerp {
  static constexpr std::string_view name = "slerp";
  static constexpr std::string_view title = "Spherical interpolation";
  static constexpr std::string_view formula = "sin((1-t) theta)/sin(theta) b + sin(t theta)/sin(theta) x";
  static constexpr std::string_view source = "Shoemake 1985";
  static constexpr Traits traits{
      .base = Base::required, .min_models = 1, .max_models = 1, .identity = true, .copies_lone = true};

  struct Params {
    double t = 0;
  };
  using Given = Typed<Slerp>;

  static constexpr auto table() {
    return std::tuple{
        required(&Params::t, {.name = "t", .doc = "Way from the base (0) to the other model (1)."})};
  }

  static void check(const Given& given, Remarks& remarks) {
    if (given.params.t < 0 || given.params.t > 1) remarks.notes.emplace_back("t outside [0, 1] extrapolates");
  }

  static Needs needs(const Given& /*given*/) { return steps::needs_gram(Products::base_and_models, 2); }

  // A norm of 1e-8 or less is not divided out: a tensor of zeros has cos theta = 0.
  static double cosine(const Answers& answers) {
    const steps::Gram gram(answers.sums, 2);
    const auto divisor = [&](std::size_t i) { return gram.norm(i) > 1e-8 ? gram.norm(i) : 1.0; };
    return std::clamp(gram.dot(0, 1) / (divisor(0) * divisor(1)), -1.0, 1.0);
  }

  static void solve(const Given& given, Answers& answers) {
    const double t = given.params.t;
    const double cos_theta = cosine(answers);
    double of_base = 1 - t;
    double of_model = t;
    if (std::fabs(cos_theta) <= 0.9995) {
      const double theta = std::acos(cos_theta);
      of_base = std::sin((1 - t) * theta) / std::sin(theta);
      of_model = std::sin(t * theta) / std::sin(theta);
    }
    answers.factors = {static_cast<float>(of_base), static_cast<float>(of_model)};
  }

  static Blend blend(const Given& /*given*/) { return Blend::sum; }
};

}  // namespace

Method method_slerp() {
  return describe<Slerp>();
}

}  // namespace tsugi::merge
