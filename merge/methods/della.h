// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The rule of della and della_linear: with r the rank of an element's magnitude among the c of its row (0 the
// smallest; of equal ones the first), it is kept with probability
//   p = density - epsilon + 2 epsilon r/(c-1),   p = density where c = 1,
// independently of all others; steps/rank_mask.h says how. A row runs along axis 1, or is a whole vector.
// Deep et al. 2024, arXiv 2406.11617 (MAGPRUNE), which divides each element by its own p; `rescale` here is
// mergekit's, the L1 norm given back.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "merge/methods/thinned.h"
#include "merge/steps/random_mask.h"
#include "merge/steps/rank_mask.h"

namespace tsugi::merge {

struct DropSmallRather {
  struct ModelParams {
    double weight = 0;
    double density = 1;
    double epsilon = .15;
  };

  // What a search may combine is valid: 0 < density - epsilon and density + epsilon < 1.
  static constexpr auto rows() {
    return std::tuple{
        standard(&ModelParams::density,
                 {.name = "density",
                  .searched = {0.2, 0.8},
                  .doc = "Mean probability that an element is kept; 1 or more keeps all, 0 or less none."}),
        standard(&ModelParams::epsilon,
                 {.name = "epsilon",
                  .searched = {0.01, 0.19},
                  .doc = "Added to the density for a row's largest element, taken off for its smallest."})};
  }

  static void check(const ModelParams& model, Remarks& remarks) {
    if (model.density >= 1) remarks.notes.emplace_back("density 1, the default, drops nothing");
    if (!thins(model) || model.density <= 0) return;
    const double low = model.density - model.epsilon;
    const double high = model.density + model.epsilon;
    if (low > 0 && high < 1) return;
    remarks.error = fmt::format("density {} with epsilon {} makes probabilities from {:.6g} to {:.6g}",
                                model.density, model.epsilon, low, high);
    remarks.cure = "choose a smaller epsilon: density - epsilon must be above 0, density + epsilon below 1";
  }

  static bool thins(const ModelParams& model) { return model.density < 1; }

  static constexpr Cut kCut = Cut::matrices;

  static constexpr bool kMarksAreDear = true;

  static bool mark(const StoredThinning<ModelParams>& at, kernels::Marks marks) {
    const RowLayout rows(at.tensor, at.tile.size);
    if (at.params.density <= 0 || rows.stride != 1 || at.tile.size % rows.length != 0) return false;
    steps::RankedDraws draws = draws_of(at.tensor, at.model, at.tile.begin, at.params, rows);
    const std::size_t words = kernels::marks_of(rows.length);
    for (std::size_t begin = 0; begin < at.tile.size; begin += rows.length, draws.first += rows.length) {
      const kernels::StoredPair row{at.pair.x + 2 * begin, at.pair.base + 2 * begin, rows.length};
      if (!kernels::active(at.tile.type)
               ->mark_by_rank(row, draws, marks.subspan(begin / rows.length * words, words)))
        return false;
    }
    return true;
  }

  static void thin(const Thinning<ModelParams>& at, std::span<float> delta) {
    steps::subtract(at.x, at.base, delta);
    if (at.params.density <= 0) return std::fill(delta.begin(), delta.end(), 0.0F);
    const RowLayout rows(at.tensor, at.tile.row_length);
    const std::size_t c = rows.length;
    const std::size_t stride = rows.stride;
    steps::RankedDraws draws = draws_of(at.tensor, at.model, at.tile.begin, at.params, rows);
    if (stride == 1) {
      for (std::size_t begin = 0; begin < delta.size(); begin += c, draws.first += c)
        steps::keep_by_rank(delta.subspan(begin, c), draws);
      return;
    }
    std::vector<float> row(c);
    for (std::size_t matrix = 0; matrix < delta.size(); matrix += c * stride) {
      for (std::size_t begin = matrix; begin < matrix + stride; ++begin) {
        draws.first = at.tile.begin + begin;
        for (std::size_t i = 0; i < c; ++i) row[i] = delta[begin + i * stride];
        steps::keep_by_rank(row, draws);
        for (std::size_t i = 0; i < c; ++i) delta[begin + i * stride] = row[i];
      }
    }
  }

 private:
  // How the elements that are ranked among each other lie.
  struct RowLayout {
    std::size_t length;
    std::size_t stride = 1;  // between neighbours

    RowLayout(const TensorCase& tensor, std::size_t of_vector)
        : length(tensor.shape.size() < 2 ? of_vector : tensor.shape[1]) {
      for (std::size_t axis = 2; axis < tensor.shape.size(); ++axis) stride *= tensor.shape[axis];
    }
  };

  static steps::RankedDraws draws_of(const TensorCase& tensor, std::size_t model, std::size_t first,
                                     const ModelParams& params, const RowLayout& rows) {
    const double around = rows.length == 1 ? 0 : params.epsilon;
    return {.key = mask_key_of(tensor, model),
            .first = first,
            .stride = rows.stride,
            .least = steps::rank_limit_of(params.density - std::abs(around)),
            .most = steps::rank_limit_of(params.density + std::abs(around)),
            .rather_small = around < 0};
  }
};

}  // namespace tsugi::merge
