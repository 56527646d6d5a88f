// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// nearswap: out = w x + (1-w) b with w = clamp(t/max(|x-b|, 1e-6), 0, 1): where x is within t of the base it
// is taken, elsewhere the base moves towards it by t. Any shape; elementwise.
// alchemonaut/QuartetAnemoi-70B-t0.0001, a model's page.
#include "merge/methods/describe.h"
#include "merge/steps/step_towards.h"

namespace tsugi::merge {
namespace {

struct Nearswap {
  static constexpr std::string_view name = "nearswap";
  static constexpr std::string_view title = "Swap what is near";
  static constexpr std::string_view formula = "b + clamp(x - b, -t, t)";
  static constexpr std::string_view source = "huggingface.co/alchemonaut/QuartetAnemoi-70B-t0.0001";
  static constexpr Traits traits{.base = Base::required, .min_models = 1, .max_models = 1, .identity = true};

  struct Params {
    double t = 0;
  };

  static constexpr auto table() {
    return std::tuple{required(&Params::t, {.name = "t",
                                            .accepted = kNotNegative,
                                            .searched = {1e-5, 1e-2},
                                            .scale = Scale::logarithmic,
                                            .doc = "How far an element may move from the base."})};
  }

  static void apply(const Typed<Nearswap>& given, const Tile& tile, const Answers& /*answers*/,
                    std::span<float> out) {
    constexpr double kLeast = 1e-6;  // distances below it count as this, as in mergekit
    const double t = given.params.t;
    const double share = t < kLeast ? t / kLeast : 1.0;
    steps::step_towards(tile.base, tile.models[0], static_cast<float>(t),
                        static_cast<float>(t < kLeast ? kLeast : t), static_cast<float>(share), out);
  }
};

}  // namespace

Method method_nearswap() {
  return describe<Nearswap>();
}

}  // namespace tsugi::merge
