// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// nuslerp: spherical interpolation of two models (x_1, x_2), or of their differences from a third, the base
// b, to which the result is then added: with t = w_2/(w_1+w_2) and theta the angle between a and c,
//   out = sin((1-t) theta)/sin theta a + sin(t theta)/sin theta c,
// (1-t) a + t c where they are parallel or opposite. One angle for the whole tensor (`nuslerp_flatten`), for
// each vector along the last axis, or for each one along the first (`nuslerp_row_wise`, whose name says the
// opposite: as in mergekit). Any shape. As in mergekit, "NuSLERP".
#include <algorithm>
#include <cmath>

#include "merge/methods/describe.h"
#include "merge/steps/columns.h"
#include "merge/steps/gram.h"
#include "merge/steps/scratch.h"
#include "merge/steps/sums.h"
#include "merge/steps/weighted_sum.h"

namespace tsugi::merge {
namespace {

struct Nuslerp {
  static constexpr std::string_view name = "nuslerp";
  static constexpr std::string_view title = "Spherical interpolation by weights";
  static constexpr std::string_view formula =
      "b + sin((1-t) theta)/sin(theta) (x_1 - b) + sin(t theta)/sin(theta) (x_2 - b), t = w_2/(w_1 + w_2)";
  static constexpr std::string_view source = "github.com/arcee-ai/mergekit";
  static constexpr Traits traits{.base = Base::optional,
                                 .min_models = 2,
                                 .max_models = 2,
                                 .symmetric = true,
                                 .identity = true,
                                 .copies_lone = true};

  struct Params {
    bool flatten = true;
    bool row_wise = false;
  };
  struct ModelParams {
    double weight = 0;
  };
  using Given = Typed<Nuslerp>;

  static constexpr auto table() {
    return std::tuple{
        required(&ModelParams::weight,
                 {.name = "weight", .doc = "Share of this model in the way between the two."}),
        standard(&Params::flatten, {.name = "nuslerp_flatten", .doc = "One angle for the whole tensor."}),
        standard(
            &Params::row_wise,
            {.name = "nuslerp_row_wise",
             .doc =
                 "Without nuslerp_flatten: one angle for each vector along the first axis, not the last."})};
  }

  static void check(const Given& given, Remarks& remarks) {
    const double t = way(given);
    if (t < 0 || t > 1) remarks.notes.emplace_back("weights of different signs extrapolate");
    if (given.params.flatten && given.params.row_wise)
      remarks.notes.emplace_back(
          "nuslerp_row_wise has no effect with nuslerp_flatten: true, which is the default");
  }

  static double way(const Given& given) {
    const double sum = given.models[0].weight + given.models[1].weight;
    return std::fabs(sum) < 1e-6 ? 0.5 : given.models[1].weight / sum;  // as mergekit
  }

  enum class Vectors { whole, rows, columns };

  // A vector has one axis, whatever it is called.
  static Vectors vectors(const Given& given) {
    if (given.params.flatten || given.tensor.shape.size() < 2) return Vectors::whole;
    return given.params.row_wise ? Vectors::columns : Vectors::rows;
  }

  static Cut cut(const Given& given) { return vectors(given) == Vectors::whole ? Cut::anywhere : Cut::rows; }

  static Needs needs(const Given& given) {
    if (vectors(given) == Vectors::whole)
      return steps::needs_gram(given.tensor.has_base ? Products::deltas : Products::models, 2);
    Needs needs;
    if (vectors(given) == Vectors::columns) needs.tallies = 3 * steps::columns(given.tensor);
    return needs;
  }

  struct Pair {
    std::span<const float> first;
    std::span<const float> second;
  };

  // What is interpolated: the models, or this thread's differences.
  static Pair pair(const Tile& tile) {
    if (tile.base.empty()) return {tile.models[0], tile.models[1]};
    const std::span<float> first = steps::scratch(steps::Purpose::delta, tile.size);
    const std::span<float> second = steps::scratch(steps::Purpose::other_delta, tile.size);
    steps::subtract(tile.models[0], tile.base, first);
    steps::subtract(tile.models[1], tile.base, second);
    return {first, second};
  }

  // Three sums for each column, one kind after the other.
  static void tally(const Given& given, const Tile& tile, std::span<double> tallies) {
    const Pair inputs = pair(tile);
    const std::size_t columns = steps::columns(given.tensor);
    for (std::size_t row = 0; row < tile.rows(); ++row) {
      const std::size_t at = steps::column_of_row(tile.row_begin() + row, tile.row_length, columns);
      const std::size_t from = row * tile.row_length;
      steps::add_products(inputs.first.subspan(from, tile.row_length),
                          inputs.second.subspan(from, tile.row_length), tallies.subspan(at, tile.row_length),
                          tallies.subspan(columns + at, tile.row_length),
                          tallies.subspan(2 * columns + at, tile.row_length));
    }
  }

  struct Factors {
    float first;
    float second;
  };

  static Factors factors(const steps::PairSums& sums, double t) {
    constexpr double kLeastNorm = 1e-7;  // as mergekit: a vector of zeros is at a right angle to all
    // Below it, at either end, the quotients of sines are rounding noise: mergekit's are off by a factor of
    // 2900.
    constexpr double kLeastSine = 1e-6;
    const double norms = std::max(std::sqrt(sums.xx), kLeastNorm) * std::max(std::sqrt(sums.yy), kLeastNorm);
    const double cos_theta = std::clamp(sums.xy / norms, -1.0, 1.0);
    const double sin_theta = std::sqrt((1 - cos_theta) * (1 + cos_theta));
    if (sin_theta < kLeastSine) return {static_cast<float>(1 - t), static_cast<float>(t)};
    const double theta = std::acos(cos_theta);
    return {static_cast<float>(std::sin((1 - t) * theta) / sin_theta),
            static_cast<float>(std::sin(t * theta) / sin_theta)};
  }

  static void solve(const Given& given, Answers& answers) {
    const double t = way(given);
    if (vectors(given) == Vectors::whole) {
      const steps::Gram gram(answers.sums, 2);
      const Factors both = factors({gram.dot(0, 0), gram.dot(1, 1), gram.dot(0, 1)}, t);
      answers.factors = {both.first, both.second};
    }
    if (vectors(given) != Vectors::columns) return;
    const std::size_t columns = steps::columns(given.tensor);
    answers.factors.resize(2 * columns);
    for (std::size_t i = 0; i < columns; ++i) {
      const Factors both =
          factors({answers.tallies[i], answers.tallies[columns + i], answers.tallies[2 * columns + i]}, t);
      answers.factors[i] = both.first;
      answers.factors[columns + i] = both.second;
    }
  }

  static Blend blend(const Given& given) {
    if (vectors(given) != Vectors::whole) return Blend::none;
    return given.tensor.has_base ? Blend::onto_base : Blend::sum;
  }

  static void apply(const Given& given, const Tile& tile, const Answers& answers, std::span<float> out) {
    const Pair inputs = pair(tile);
    const double t = way(given);
    const std::size_t columns = steps::columns(given.tensor);
    const std::span<const float> all(answers.factors);
    for (std::size_t row = 0; row < tile.rows(); ++row) {
      const std::size_t from = row * tile.row_length;
      const auto first = inputs.first.subspan(from, tile.row_length);
      const auto second = inputs.second.subspan(from, tile.row_length);
      const auto to = out.subspan(from, tile.row_length);
      if (vectors(given) == Vectors::rows) {
        const Factors both = factors(steps::dots_of_pair(first, second), t);
        steps::combine(first, both.first, second, both.second, to);
      } else {
        const std::size_t at = steps::column_of_row(tile.row_begin() + row, tile.row_length, columns);
        steps::combine_columns(first, all.subspan(at, tile.row_length), second,
                               all.subspan(columns + at, tile.row_length), to);
      }
    }
    if (!tile.base.empty()) steps::onto_base(tile.base, 1, out);
  }
};

}  // namespace

Method method_nuslerp() {
  return describe<Nuslerp>();
}

}  // namespace tsugi::merge
