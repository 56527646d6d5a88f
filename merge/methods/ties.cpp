// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// ties: d_i = x_i - b with all but the k largest magnitudes set to 0, k = max(1, trunc(density n)); v_i = w_i
// d_i; at each element the sign of sum_i v_i is elected and only v_i of that sign are added, divided by the
// sum of their w_i if `normalize`; out = b + lambda mix. `rescale` first gives each trimmed d_i its L1 norm
// back. Any shape. Yadav et al. 2023, arXiv 2306.01708; votes are weighted and weights are per model, as in
// mergekit.
#include "merge/methods/describe.h"
#include "merge/steps/elect_sign.h"
#include "merge/steps/rescale.h"
#include "merge/steps/scratch.h"
#include "merge/steps/sums.h"
#include "merge/steps/trim.h"
#include "merge/steps/weighted_sum.h"

namespace tsugi::merge {
namespace {

struct Ties {
  static constexpr std::string_view name = "ties";
  static constexpr std::string_view title = "TIES: trim, elect sign, merge";
  static constexpr std::string_view formula = "b + lambda mean_i over elected signs of w_i trim(x_i - b)";
  static constexpr std::string_view source = "arXiv 2306.01708";
  static constexpr Traits traits{.base = Base::required, .symmetric = true, .identity = true};

  struct Params {
    bool normalize = true;
    bool rescale = false;
    double lambda = 1;
  };
  struct ModelParams {
    double weight = 0;
    double density = 1;
  };
  using Given = Typed<Ties>;

  static constexpr auto table() {
    return std::tuple{
        required(&ModelParams::weight,
                 {.name = "weight", .doc = "Factor on this model's task vector and vote."}),
        standard(&ModelParams::density,
                 {.name = "density",
                  .accepted = kNotNegative,
                  .searched = {0.1, 1},
                  .doc = "Share of the task vector that is kept; 1 or more keeps all."}),
        standard(&Params::normalize, {.name = "normalize", .doc = "Divide by the winning models' weights."}),
        standard(&Params::rescale,
                 {.name = "rescale", .doc = "Give each trimmed task vector its L1 norm back."}),
        standard(&Params::lambda,
                 {.name = "lambda", .searched = {0, 2}, .doc = "Factor on the merged task vector."})};
  }

  static void check(const Given& given, Remarks& remarks) {
    for (const ModelParams& model : given.models) {
      if (model.density == 0) remarks.notes.emplace_back("density 0 drops a model's whole task vector");
      if (model.weight < 0 && given.params.normalize) {
        remarks.notes.emplace_back(
            "a negative weight turns a model's votes around and, with normalize, can make the divisor small");
      }
    }
  }

  static bool trims(const ModelParams& model) { return model.weight != 0 && model.density < 1; }
  static bool reads(const Given& given, std::size_t model) { return given.models[model].weight != 0; }

  static Needs needs(const Given& given) {
    Needs needs;
    bool rescales = false;
    for (const ModelParams& model : given.models) {
      needs.ranks.push_back(trims(model) ? steps::kept_of(model.density, given.tensor.elements)
                                         : given.tensor.elements);
      rescales |= given.params.rescale && trims(model);
    }
    needs.sums = rescales ? 2 * given.models.size() : 0;
    needs.sums_depend_on_settings = true;
    return needs;
  }

  static void keys(const Given& /*given*/, const Tile& tile, std::size_t query, std::span<float> out) {
    steps::distance(tile.models[query], tile.base, out);
  }

  // [model][0]: sum|d|, [1]: sum|d kept|
  static void sums(const Given& given, const Tile& tile, const Answers& answers, std::span<double> out) {
    const std::span<float> delta = steps::scratch(steps::Purpose::delta, tile.size());
    for (std::size_t i = 0; i < given.models.size(); ++i) {
      if (!trims(given.models[i])) continue;
      steps::subtract(tile.models[i], tile.base, delta);
      out[2 * i] = steps::l1(delta);
      steps::trim(delta, answers.ranks[i], tile.index);
      out[2 * i + 1] = steps::l1(delta);
    }
  }

  static double rescaling(const ModelParams& model, std::size_t i, const Answers& answers) {
    if (answers.sums.empty() || !trims(model)) return 1;
    return steps::l1_ratio(answers.sums[2 * i], answers.sums[2 * i + 1]);
  }

  static void apply(const Given& given, const Tile& tile, const Answers& answers, std::span<float> out) {
    const std::span<float> delta = steps::scratch(steps::Purpose::delta, tile.size());
    steps::SignElection election(tile.size(), given.params.normalize);
    for (std::size_t i = 0; i < given.models.size(); ++i) {
      const ModelParams& model = given.models[i];
      if (model.weight == 0) continue;
      steps::subtract(tile.models[i], tile.base, delta);
      if (trims(model)) steps::trim(delta, answers.ranks[i], tile.index);
      const double factor = model.weight * rescaling(model, i, answers);
      election.add(delta, static_cast<float>(factor), static_cast<float>(model.weight));
    }
    election.mix(out);
    steps::onto_base(tile.base, static_cast<float>(given.params.lambda), out);
  }
};

}  // namespace

Method method_ties() {
  return describe<Ties>();
}

}  // namespace tsugi::merge
