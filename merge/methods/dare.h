// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The rule of dare_linear and dare_ties: each element is kept with probability `density`, independently of
// all others. Yu et al. 2023, arXiv 2311.03099, which divides what is kept by the density; `rescale` here is
// mergekit's, the L1 norm given back.
#pragma once

#include "merge/methods/thinned.h"
#include "merge/steps/random_mask.h"

namespace tsugi::merge {

struct DropAtRandom {
  struct ModelParams {
    double weight = 0;
    double density = 1;
  };

  static constexpr auto rows() {
    return std::tuple{
        standard(&ModelParams::density, {.name = "density",
                                         .accepted = {0, 1},
                                         .searched = {0.1, 1},
                                         .doc = "Probability that an element of the task vector is kept."})};
  }

  static bool thins(const ModelParams& model) { return model.density < 1; }

  static constexpr bool kMarksAreDear = true;

  static bool mark(const StoredThinning<ModelParams>& at, kernels::Marks marks) {
    kernels::active(at.tile.type)
        ->mark_at_random(at.pair,
                         {.key = mask_key_of(at.tensor, at.model),
                          .first = at.tile.begin,
                          .probability = at.params.density},
                         marks);
    return true;
  }

  static void thin(const Thinning<ModelParams>& at, std::span<float> out) {
    steps::subtract_at_random(at.x, at.base, out, mask_key_of(at.tensor, at.model), at.tile.begin,
                              at.params.density);
  }
};

}  // namespace tsugi::merge
