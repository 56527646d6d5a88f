// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// arcee_fusion: each vector along the last axis is read as logits, p = softmax(x) + 1e-8, q = softmax(b) +
// 1e-8, K = sum p log(p/q); an element's score is |x - b| K. out = x where the score is at least
//   Q(1/2) + 1.5 (Q(3/4) - Q(1/4)),   Q(f) the score of rank trunc(f (n-1)) from below over the whole tensor,
// else b. Any shape. As in mergekit, there from a sample of a million elements; here exact.
#include <algorithm>
#include <array>
#include <vector>

#include "merge/methods/describe.h"
#include "merge/rank_selection.h"
#include "merge/steps/divergence.h"
#include "merge/steps/step_towards.h"
#include "merge/steps/weighted_sum.h"

namespace tsugi::merge {
namespace {

struct ArceeFusion {
  static constexpr std::string_view name = "arcee_fusion";
  static constexpr std::string_view title = "Fusion of what matters";
  static constexpr std::string_view formula =
      "x where |x - b| KL(row) >= Q(1/2) + 1.5 (Q(3/4) - Q(1/4)), else b";
  static constexpr std::string_view source = "github.com/arcee-ai/mergekit";
  static constexpr Traits traits{
      .base = Base::required, .min_models = 1, .max_models = 1, .identity = true, .copies_lone = true};

  using Given = Typed<ArceeFusion>;
  static constexpr auto table() { return std::tuple{}; }

  static constexpr std::array kQuartiles{0.25, 0.5, 0.75};

  // Up to 4 elements the lower quartile is the least of all, which no rank from above names; they are one
  // tile, and apply() sorts them.
  static bool tiny(const Given& given) { return given.tensor.elements <= 4; }

  static std::uint64_t rank_from_below(double quartile, std::uint64_t n) {
    return static_cast<std::uint64_t>(quartile * static_cast<double>(n - 1));
  }

  static Cut cut(const Given& /*given*/) { return Cut::rows; }

  static Needs needs(const Given& given) {
    Needs needs;
    if (tiny(given)) return needs;
    const std::uint64_t n = given.tensor.elements;
    for (const double quartile : kQuartiles) needs.ranks.push_back(n - rank_from_below(quartile, n));
    needs.queries_per_key = needs.ranks.size();
    needs.tallies = n / given.tensor.shape.back();
    return needs;
  }

  static double divergence(const Tile& tile, std::size_t row) {
    constexpr double kFloor = 1e-8;
    const std::size_t from = row * tile.row_length;
    return steps::softmax_divergence(tile.models[0].subspan(from, tile.row_length),
                                     tile.base.subspan(from, tile.row_length), kFloor);
  }

  static void tally(const Given& /*given*/, const Tile& tile, std::span<double> tallies) {
    for (std::size_t row = 0; row < tile.rows(); ++row)
      tallies[tile.row_begin() + row] += divergence(tile, row);
  }

  static void scores(const Tile& tile, std::span<const double> divergences, std::span<float> out) {
    steps::distance(tile.models[0], tile.base, out);
    for (std::size_t row = 0; row < tile.rows(); ++row) {
      steps::multiply(out.subspan(row * tile.row_length, tile.row_length),
                      static_cast<float>(divergences[row]));
    }
  }

  static void keys(const Given& /*given*/, const Tile& tile, const Answers& answers, std::size_t /*query*/,
                   std::span<float> out) {
    scores(tile, std::span(answers.tallies).subspan(tile.row_begin(), tile.rows()), out);
  }

  static float threshold(const std::array<float, 3>& quartiles) {
    const auto q = [&](std::size_t i) { return static_cast<double>(quartiles[i]); };
    return static_cast<float>(q(1) + 1.5 * (q(2) - q(0)));
  }

  static void solve(const Given& given, Answers& answers) {
    if (tiny(given)) return;
    std::array<float, 3> quartiles{};
    std::transform(answers.ranks.begin(), answers.ranks.end(), quartiles.begin(), key_of_rank);
    answers.factors = {threshold(quartiles)};
  }

  static float threshold_of_few(std::span<const float> scores) {
    std::vector<float> sorted(scores.begin(), scores.end());
    std::sort(sorted.begin(), sorted.end());
    std::array<float, 3> quartiles{};
    std::transform(kQuartiles.begin(), kQuartiles.end(), quartiles.begin(),
                   [&](double quartile) { return sorted[rank_from_below(quartile, sorted.size())]; });
    return threshold(quartiles);
  }

  static void apply(const Given& given, const Tile& tile, const Answers& answers, std::span<float> out) {
    if (tiny(given)) {
      std::vector<double> divergences(tile.rows());
      for (std::size_t row = 0; row < tile.rows(); ++row) divergences[row] = divergence(tile, row);
      scores(tile, divergences, out);
      return steps::choose(tile.base, tile.models[0], out, threshold_of_few(out), out);
    }
    scores(tile, std::span(answers.tallies).subspan(tile.row_begin(), tile.rows()), out);
    steps::choose(tile.base, tile.models[0], out, answers.factors[0], out);
  }
};

}  // namespace

Method method_arcee_fusion() {
  return describe<ArceeFusion>();
}

}  // namespace tsugi::merge
