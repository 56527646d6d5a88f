// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// passthrough: out = scale x, of the only model of a slice. Any shape; elementwise. Stacks layers of
// different models. As in mergekit, "passthrough".
#include "merge/methods/describe.h"

namespace tsugi::merge {
namespace {

struct Passthrough {
  static constexpr std::string_view name = "passthrough";
  static constexpr std::string_view title = "Copy";
  static constexpr std::string_view formula = "scale x";
  static constexpr std::string_view source = "github.com/arcee-ai/mergekit";
  static constexpr Traits traits{.base = Base::unused, .min_models = 1, .max_models = 1, .identity = true};

  struct ModelParams {
    double scale = 1;
  };

  static constexpr auto table() {
    return std::tuple{standard(&ModelParams::scale, {.name = "scale", .doc = "Factor on the tensor."})};
  }

  static Blend blend(const Typed<Passthrough>& /*given*/) { return Blend::sum; }

  static void solve(const Typed<Passthrough>& given, Answers& answers) {
    answers.factors = {static_cast<float>(given.models[0].scale)};
  }
};

}  // namespace

Method method_passthrough() {
  return describe<Passthrough>();
}

}  // namespace tsugi::merge
