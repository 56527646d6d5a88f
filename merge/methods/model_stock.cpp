// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// model_stock: with d_i = x_i - b of N models and c the mean cosine over their pairs,
//   t = N c/(1 + (N-1) c),   out = t mean_i x_i + (1-t) b = b + t/N sum_i d_i.
// One c for the whole tensor, or for each vector along the last axis (`filter_wise`). A pair with a d of
// zeros has cosine 0; where 1 + (N-1) c vanishes t is 0. Any shape. Jang et al. 2024, arXiv 2403.19522, which
// has one angle for all pairs; the mean over pairs is mergekit's.
#include <algorithm>
#include <cmath>

#include "merge/methods/describe.h"
#include "merge/steps/gram.h"
#include "merge/steps/weighted_sum.h"

namespace tsugi::merge {
namespace {

struct ModelStock {
  static constexpr std::string_view name = "model_stock";
  static constexpr std::string_view title = "Model stock";
  static constexpr std::string_view formula =
      "b + t/N sum_i (x_i - b), t = N c/(1 + (N-1) c), c the mean cosine";
  static constexpr std::string_view source = "arXiv 2403.19522";
  static constexpr Traits traits{
      .base = Base::required, .min_models = 2, .symmetric = true, .identity = true};

  struct Params {
    bool filter_wise = false;
  };
  using Given = Typed<ModelStock>;

  static constexpr auto table() {
    return std::tuple{standard(
        &Params::filter_wise, {.name = "filter_wise",
                               .doc = "One angle for each vector along the last axis, not for the tensor."})};
  }

  static bool whole(const Given& given) { return !given.params.filter_wise || given.tensor.shape.size() < 2; }

  static Cut cut(const Given& given) { return whole(given) ? Cut::anywhere : Cut::rows; }

  static Needs needs(const Given& given) {
    return whole(given) ? steps::needs_gram(Products::deltas, given.tensor.models) : Needs{};
  }

  // t/N
  static float factor(const steps::Gram& gram) {
    const auto n = static_cast<double>(gram.size());
    double sum = 0;
    for (std::size_t i = 0; i < gram.size(); ++i) {
      for (std::size_t j = i + 1; j < gram.size(); ++j) {
        const double norms = gram.norm(i) * gram.norm(j);
        if (norms > 0) sum += std::clamp(gram.dot(i, j) / norms, -1.0, 1.0);
      }
    }
    const double cosine = sum / (n * (n - 1) / 2);
    const double divisor = 1 + (n - 1) * cosine;
    constexpr double kLeast = 1e-6;  // as mergekit
    return std::fabs(divisor) < kLeast ? 0.0F : static_cast<float>(cosine / divisor);
  }

  static void solve(const Given& given, Answers& answers) {
    if (!whole(given)) return;
    answers.factors.assign(given.tensor.models, factor({answers.sums, given.tensor.models}));
  }

  static Blend blend(const Given& given) { return whole(given) ? Blend::onto_base : Blend::none; }

  static void apply(const Given& /*given*/, const Tile& tile, const Answers& /*answers*/,
                    std::span<float> out) {
    const std::size_t n = tile.models.size();
    std::vector<double> sums(steps::gram_size(n));
    std::vector<float> factors(n);
    std::vector<std::span<const float>> models(n);
    for (std::size_t row = 0; row < tile.rows(); ++row) {
      const auto part = [&](auto all) { return all.subspan(row * tile.row_length, tile.row_length); };
      std::transform(tile.models.begin(), tile.models.end(), models.begin(), part);
      steps::gram(models, part(tile.base), sums);
      std::fill(factors.begin(), factors.end(), factor({sums, n}));
      steps::add_deltas(models, factors, part(tile.base), part(out));
    }
  }
};

}  // namespace

Method method_model_stock() {
  return describe<ModelStock>();
}

}  // namespace tsugi::merge
