// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// sce, of d_i = x_i - b: Select the elements on which the models disagree most, the trunc(select_topk count)
// largest of the count variances over models that are not 0 (all elements from select_topk 1 on), and set the
// others to 0; Calculate q_i = mean d_i^2 / sum_j mean d_j^2 over the tensor; Erase at each element the d_i
// whose sign is not that of sum_i d_i; out = b + sum_i q_i d_i / sum_i q_i over what is left. Any shape. Wan
// et al. 2024, arXiv 2408.07990. mergekit has q_i uniform below an absolute size of d, this only where all
// d_i are 0.
#include <algorithm>
#include <vector>

#include "merge/kernels/kernels.h"
#include "merge/methods/describe.h"
#include "merge/methods/stored_marks.h"
#include "merge/steps/elect_sign.h"
#include "merge/steps/group_sums.h"
#include "merge/steps/scratch.h"
#include "merge/steps/trim.h"
#include "merge/steps/variance.h"
#include "merge/steps/weighted_sum.h"

namespace tsugi::merge {
namespace {

struct Sce {
  static constexpr std::string_view name = "sce";
  static constexpr std::string_view title = "SCE: select, calculate, erase";
  static constexpr std::string_view formula =
      "b + sum_i q_i d_i / sum_i q_i over elected signs, d_i = select(x_i - b), q_i ~ mean d_i^2";
  static constexpr std::string_view source = "arXiv 2408.07990";
  static constexpr Traits traits{.base = Base::required, .symmetric = true, .identity = true};

  struct Params {
    double select_topk = 1;
  };
  using Given = Typed<Sce>;

  static constexpr auto table() {
    return std::tuple{standard(
        &Params::select_topk,
        {.name = "select_topk",
         .searched = {0.1, 1},
         .doc = "Share of the elements that differ between models which is merged; 1 or more: all."})};
  }

  static void check(const Given& given, Remarks& remarks) {
    if (given.params.select_topk <= 0) remarks.notes.emplace_back("select_topk 0 or less leaves the base");
    if (selects(given) && given.tensor.models == 1)
      remarks.notes.emplace_back("one model differs from no other: select_topk below 1 leaves the base");
  }

  static bool selects(const Given& given) { return given.params.select_topk < 1; }

  static Needs needs(const Given& given) {
    Needs needs{.ranks = {}, .sums = given.tensor.models, .sums_depend_on_settings = selects(given)};
    if (selects(given)) {
      needs.tallies = 1;
      needs.marks = 1;
      needs.ranks = {0};  // until the tally is known
    }
    return needs;
  }

  static void keys(const Given& /*given*/, const Tile& tile, std::size_t /*query*/, std::span<float> out) {
    steps::variance(tile.models, tile.base, out);
  }

  // How many variances are not 0.
  static void tally(const Given& given, const Tile& tile, std::span<double> tallies) {
    const std::span<float> spread = steps::scratch(steps::Purpose::other_delta, tile.size);
    keys(given, tile, 0, spread);
    tallies[0] += static_cast<double>(steps::count_not_zero(spread));
  }

  static void ranks(const Given& given, const Answers& answers, std::span<std::uint64_t> kept) {
    if (!selects(given)) return;
    kept[0] = steps::share_of(given.params.select_topk, static_cast<std::uint64_t>(answers.tallies[0]));
  }

  // Not 0 on the elements that are selected, of which the largest variances are: what trim() sets to 0 are
  // the others. Empty where all are.
  static std::span<const float> selection(const Given& given, const Tile& tile, const Answers& answers) {
    if (!selects(given)) return {};
    const std::span<float> spread = steps::scratch(steps::Purpose::other_delta, tile.size);
    steps::variance(tile.models, tile.base, spread);
    steps::trim(spread, answers.ranks[0], tile.index);
    return spread;
  }

  // d_i with only the selected elements, until the next call.
  static std::span<const float> selected(const Tile& tile, std::size_t i, std::span<const float> selection) {
    const std::span<float> delta = steps::scratch(steps::Purpose::delta, tile.size);
    steps::subtract(tile.models[i], tile.base, delta);
    if (!selection.empty()) steps::keep_where(selection, delta);
    return delta;
  }

  // [model]: sum d^2
  static void sums(const Given& given, const Tile& tile, const Answers& answers, std::span<double> out) {
    const std::span<const float> some = selection(given, tile, answers);
    for (std::size_t i = 0; i < tile.models.size(); ++i) {
      const std::span<const float> delta = selected(tile, i, some);
      out[i] = steps::squares(delta);
    }
  }

  static kernels::StoredModels stored_models(const StoredTile& tile) {
    return {.x = tile.models, .base = tile.base, .n = tile.size};
  }

  static bool write_stored_keys(const StoredTile& tile, std::size_t /*query*/, std::span<float> out) {
    return kernels::active(tile.type)->variance(stored_models(tile), out);
  }

  static bool stored_tally(const Given& /*given*/, const StoredTile& tile, std::span<double> tallies) {
    const std::span<float> spread = steps::scratch(steps::Purpose::other_delta, tile.size);
    if (!write_stored_keys(tile, 0, spread)) return false;
    tallies[0] += static_cast<double>(steps::count_not_zero(spread));
    return true;
  }

  // selection() as marks.
  static bool mark(const StoredTile& tile, const Answers& answers, kernels::Marks marks) {
    const std::span<float> spread = steps::scratch(steps::Purpose::other_delta, tile.size);
    if (!write_stored_keys(tile, 0, spread)) return false;
    steps::trim(spread, answers.ranks[0], tile.index);
    kernels::active()->mark_set(spread, marks);
    return true;
  }

  static bool stored_sums(const Given& given, const StoredTile& tile, const Answers& answers,
                          std::span<double> out) {
    kernels::Marks marks;
    if (selects(given)) {
      marks = marks_for(tile, 0);
      if (!mark(tile, answers, marks)) return false;
      std::fill(out.begin(), out.end(), 0.0);
      if (std::all_of(marks.begin(), marks.end(), [](std::uint16_t word) { return word == 0; })) return true;
    }
    for (std::size_t i = 0; i < tile.models.size(); ++i) {
      out[i] = kernels::active(tile.type)->squares({.x = tile.models[i], .base = tile.base, .n = tile.size},
                                                   marks);
      if (!steps::holds_squares(out[i], tile.size)) return false;
    }
    return true;
  }

  static bool stored_apply(const Given& given, const StoredTile& tile, const Answers& answers,
                           std::span<std::byte> out) {
    kernels::Marks marks;
    if (selects(given)) {
      marks = marks_for(tile, 0);
      if (tile.marks.empty() && !mark(tile, answers, marks)) return false;
    }
    thread_local std::vector<kernels::StoredVote> votes;
    votes.clear();
    for (std::size_t i = 0; i < tile.models.size(); ++i)
      votes.push_back({.x = tile.models[i],
                       .marks = selects(given) ? marks.data() : nullptr,
                       .weight = answers.factors[i]});
    return kernels::active(tile.type)->mix(votes, kernels::Mix::elected_sce, {.base = tile.base}, out);
  }

  static void solve(const Given& given, Answers& answers) {
    double sum = 0;
    for (const double of_model : answers.sums) sum += of_model;
    answers.factors.assign(given.tensor.models, 1 / static_cast<float>(given.tensor.models));
    if (sum == 0) return;
    for (std::size_t i = 0; i < answers.sums.size(); ++i)
      answers.factors[i] = static_cast<float>(answers.sums[i] / sum);
  }

  static void apply(const Given& given, const Tile& tile, const Answers& answers, std::span<float> out) {
    const std::span<float> votes = steps::scratch(steps::Purpose::votes, tile.size);
    const std::span<float> weights = steps::scratch(steps::Purpose::weights, tile.size);
    for (const std::span<float>& room : {votes, weights, out}) std::fill(room.begin(), room.end(), 0.0F);
    const std::span<const float> some = selection(given, tile, answers);
    for (std::size_t i = 0; i < tile.models.size(); ++i) steps::add_scaled(selected(tile, i, some), 1, votes);
    for (std::size_t i = 0; i < tile.models.size(); ++i)
      steps::add_elected(votes, selected(tile, i, some), answers.factors[i], out, weights);
    constexpr float kLeast = 1e-6F;  // as mergekit
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = tile.base[i] + out[i] / std::max(weights[i], kLeast);
  }
};

}  // namespace

Method method_sce() {
  return describe<Sce>();
}

}  // namespace tsugi::merge
