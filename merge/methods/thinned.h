// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The family of ties, dare, della and breadcrumbs, arranged as in mergekit: with d_i = x_i - b thinned by a
// rule (some of its elements set to 0), given its L1 norm back if `rescale`, and v_i = w_i d_i,
//   plain:   mix = sum_i v_i, divided by sum_i w_i if `normalize`;
//   elected: at each element only the v_i whose sign is that of sum_i v_i are added, divided by the sum of
//            their w_i if `normalize` (Yadav et al. 2023, arXiv 2306.01708);
// and out = b + lambda mix. A method file states names, defaults and which rule.
//
// A rule has struct ModelParams with `weight` and `density` first; static rows(), a tuple of what it binds
// beside the weight; bool thins(const ModelParams&); void thin(const Thinning<ModelParams>&,
// std::span<float> out), which writes d_i thinned; and may have kCut; kQueries, rank queries for each model,
// with void ranks(const ModelParams&, n, std::span<std::uint64_t> kept), void keys(tile, model, out) and
// kKeysAreSmallness: see StoredKeys. What it keeps of a tile as stored it may say either by
// std::optional<steps::MagnitudeRange> range(ranks, tile) or by bool mark(const StoredThinning<ModelParams>&,
// kernels::Marks), both of which may not be able to; with kMarksAreDear the latter's stay from pass to pass.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "merge/kernels/kernels.h"
#include "merge/methods/describe.h"
#include "merge/methods/stored_marks.h"
#include "merge/steps/consensus.h"
#include "merge/steps/group_sums.h"
#include "merge/steps/random_mask.h"
#include "merge/steps/rescale.h"
#include "merge/steps/scratch.h"
#include "merge/steps/weighted_sum.h"

namespace tsugi::merge {

enum class Consensus { plain, elected };

/// What the methods of the family differ in beside the rule.
struct FamilyDefaults {
  Consensus consensus = Consensus::plain;
  bool normalize = false;
  bool rescale = false;
};

/// Where a model's random mask of a tensor begins.
inline std::uint64_t mask_key_of(const TensorCase& tensor, std::size_t model) {
  return tensor.mask_keys.empty() ? steps::mask_key(tensor.seed, model, tensor.name)
                                  : tensor.mask_keys[model];
}

/// One model's part of one tile, as a rule sees it.
template <class ModelParams>
struct Thinning {
  const TensorCase& tensor;
  const Tile& tile;
  std::size_t model;
  std::span<const float> x;
  std::span<const float> base;
  const ModelParams& params;
  std::span<const RankThreshold> ranks;  ///< one for each of the rule's queries
};

/// The same of a tile as stored.
template <class ModelParams>
struct StoredThinning {
  const TensorCase& tensor;
  const StoredTile& tile;
  std::size_t model;
  kernels::StoredPair pair;
  const ModelParams& params;
};

/// K, a method of the family, inherits what describe<K>() looks for.
template <class K, class Rule, FamilyDefaults defaults>
struct Thinned {
  struct Params {
    bool normalize = defaults.normalize;
    bool rescale = defaults.rescale;
    double lambda = 1;
  };
  using ModelParams = typename Rule::ModelParams;
  using Given = Typed<K>;
  static constexpr bool kElects = defaults.consensus == Consensus::elected;

  static constexpr auto table() {
    return std::tuple_cat(
        std::tuple{
            required(&ModelParams::weight, {.name = "weight",
                                            .doc = kElects ? "Factor on this model's task vector and vote."
                                                           : "Factor on this model's task vector."})},
        Rule::rows(),
        std::tuple{
            standard(&Params::normalize, {.name = "normalize",
                                          .doc = kElects ? "Divide by the winning models' weights."
                                                         : "Divide by the sum of the weights."}),
            standard(&Params::rescale,
                     {.name = "rescale", .doc = "Give each thinned task vector its L1 norm back."}),
            standard(&Params::lambda,
                     {.name = "lambda", .searched = {0, 2}, .doc = "Factor on the merged task vector."})});
  }

  static void check(const Given& given, Remarks& remarks) {
    for (const ModelParams& model : given.models) {
      if (model.density <= 0) remarks.notes.emplace_back("density 0 drops a model's whole task vector");
      if (kElects && model.weight < 0 && given.params.normalize) {
        remarks.notes.emplace_back(
            "a negative weight turns a model's votes around and, with normalize, can make the divisor small");
      }
      if constexpr (requires { Rule::check(model, remarks); }) Rule::check(model, remarks);
    }
  }

  static bool reads(const Given& given, std::size_t model) { return given.models[model].weight != 0; }
  static bool thins(const ModelParams& model) { return model.weight != 0 && Rule::thins(model); }

  static Cut cut(const Given& /*given*/) {
    if constexpr (requires { Rule::kCut; }) return Rule::kCut;
    return Cut::anywhere;
  }

  static constexpr std::size_t queries() {
    if constexpr (requires { Rule::kQueries; }) return Rule::kQueries;
    return 0;
  }

  static Needs needs(const Given& given) {
    const std::size_t models = given.models.size();
    Needs needs{.queries_per_key = std::max<std::size_t>(1, queries())};
    needs.ranks.assign(models * queries(), given.tensor.elements);  // all: costs nothing
    bool rescales = false;
    for (std::size_t i = 0; i < models; ++i) {
      if (!thins(given.models[i])) continue;
      rescales |= given.params.rescale;
      if constexpr (queries() > 0) {
        const std::span<std::uint64_t> kept(needs.ranks);
        Rule::ranks(given.models[i], given.tensor.elements, kept.subspan(i * queries(), queries()));
      }
    }
    needs.sums = rescales ? 2 * models : 0;
    needs.sums_depend_on_settings = true;
    if constexpr (requires { Rule::kMarksAreDear; }) needs.marks = rescales ? models : 0;
    return needs;
  }

  static void keys(const Given& /*given*/, const Tile& tile, std::size_t query, std::span<float> out) {
    if constexpr (queries() > 0) Rule::keys(tile, query / queries(), out);
  }

  // [model][0]: sum|d|, [1]: sum|d kept|
  static void sums(const Given& given, const Tile& tile, const Answers& answers, std::span<double> out) {
    const std::span<float> kept = steps::scratch(steps::Purpose::delta, tile.size);
    for (std::size_t i = 0; i < given.models.size(); ++i) {
      if (!thins(given.models[i])) continue;
      thin(given, tile, i, answers, kept);
      const steps::L1Norms norms = steps::l1_norms(tile.models[i], tile.base, kept);
      out[2 * i] = norms.full;
      out[2 * i + 1] = norms.kept;
    }
  }

  static void apply(const Given& given, const Tile& tile, const Answers& answers, std::span<float> out) {
    const std::span<float> room = steps::scratch(steps::Purpose::deltas, given.models.size() * tile.size);
    thread_local std::vector<steps::Vote> votes;
    votes.clear();
    double weights = 0;
    for (std::size_t i = 0; i < given.models.size(); ++i) {
      const ModelParams& model = given.models[i];
      if (model.weight == 0) continue;
      const std::span<float> delta = room.subspan(i * tile.size, tile.size);
      if (thins(model)) {
        thin(given, tile, i, answers, delta);
      } else {
        steps::subtract(tile.models[i], tile.base, delta);
      }
      votes.push_back({.delta = delta,
                       .factor = static_cast<float>(model.weight * rescaling(model, i, answers)),
                       .weight = static_cast<float>(model.weight)});
      weights += model.weight;
    }
    const steps::Onto onto{.base = tile.base, .lambda = static_cast<float>(given.params.lambda)};
    if constexpr (kElects) {
      steps::mix_elected(votes, given.params.normalize, onto, out);
    } else {
      const double divisor = given.params.normalize ? steps::divisor_of(weights) : 1;
      steps::mix_all(votes, static_cast<float>(divisor), onto, out);
    }
  }

  static StoredKeys stored_keys(const StoredTile& tile, std::size_t query) requires(queries() > 0) {
    return {.type = tile.type,
            .x = tile.models[query / queries()],
            .base = tile.base,
            .size = tile.size,
            .smallness = Rule::kKeysAreSmallness};
  }

  static bool stored_sums(const Given& given, const StoredTile& tile, const Answers& answers,
                          std::span<double> out) {
    for (std::size_t i = 0; i < given.models.size(); ++i) {
      if (!thins(given.models[i])) continue;
      const kernels::Marks marks = marks_for(tile, i);
      if (!mark(given, tile, i, answers, marks)) return false;
      const steps::L1Norms norms = kernels::active(tile.type)->l1_norms(pair(tile, i), marks);
      if (!std::isfinite(norms.full)) return false;
      out[2 * i] = norms.full;
      out[2 * i + 1] = norms.kept;
    }
    return true;
  }

  static bool stored_apply(const Given& given, const StoredTile& tile, const Answers& answers,
                           std::span<std::byte> out) {
    thread_local std::vector<kernels::StoredVote> votes;
    votes.clear();
    double weights = 0;
    for (std::size_t i = 0; i < given.models.size(); ++i) {
      const ModelParams& model = given.models[i];
      if (model.weight == 0) continue;
      kernels::StoredVote vote{.x = tile.models[i],
                               .factor = static_cast<float>(model.weight * rescaling(model, i, answers)),
                               .weight = static_cast<float>(model.weight)};
      if (thins(model) && !say_what_stays(given, tile, i, answers, vote)) return false;
      votes.push_back(vote);
      weights += model.weight;
    }
    const bool divides = given.params.normalize;
    const kernels::StoredOnto onto{.base = tile.base,
                                   .lambda = static_cast<float>(given.params.lambda),
                                   .divisor = static_cast<float>(steps::divisor_of(weights))};
    const kernels::Mix mix = kElects ? (divides ? kernels::Mix::elected_mean : kernels::Mix::elected)
                                     : (divides ? kernels::Mix::mean : kernels::Mix::all);
    return kernels::active(tile.type)->mix(votes, mix, onto, out);
  }

 private:
  static kernels::StoredPair pair(const StoredTile& tile, std::size_t model) {
    return {.x = tile.models[model], .base = tile.base, .n = tile.size};
  }

  static constexpr bool kKeepsRange = requires { &Rule::range; };

  static std::span<const RankThreshold> ranks(const Answers& answers, std::size_t model) {
    return std::span(answers.ranks).subspan(model * queries(), queries());
  }

  static bool mark(const Given& given, const StoredTile& tile, std::size_t i, const Answers& answers,
                   kernels::Marks marks) {
    if constexpr (kKeepsRange) {
      const auto range = Rule::range(ranks(answers, i), tile.index);
      if (range) kernels::active(tile.type)->mark_within(pair(tile, i), *range, marks);
      return range.has_value();
    } else if constexpr (requires { &Rule::mark; }) {
      return Rule::mark({given.tensor, tile, i, pair(tile, i), given.models[i]}, marks);
    } else {
      return false;
    }
  }

  static bool say_what_stays(const Given& given, const StoredTile& tile, std::size_t i,
                             const Answers& answers, kernels::StoredVote& vote) {
    if constexpr (kKeepsRange) {
      const auto range = Rule::range(ranks(answers, i), tile.index);
      if (range) vote.range = *range;
      return range.has_value();
    } else {
      const kernels::Marks marks = marks_for(tile, i);
      vote.marks = marks.data();
      return !tile.marks.empty() || mark(given, tile, i, answers, marks);
    }
  }

  static void thin(const Given& given, const Tile& tile, std::size_t i, const Answers& answers,
                   std::span<float> out) {
    Rule::thin(Thinning<ModelParams>{given.tensor, tile, i, tile.models[i], tile.base, given.models[i],
                                     ranks(answers, i)},
               out);
  }

  static double rescaling(const ModelParams& model, std::size_t i, const Answers& answers) {
    if (answers.sums.empty() || !thins(model)) return 1;
    return steps::l1_ratio(answers.sums[2 * i], answers.sums[2 * i + 1]);
  }
};

}  // namespace tsugi::merge
