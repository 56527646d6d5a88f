// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What anybody would try before a search: the baselines that every report shows beside the winner.
#pragma once

#include <string>
#include <vector>

#include "evolve/genomes/model_family.h"
#include "recipes/recipe.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

struct UsualMerge {
  std::string name;  ///< "linear", "ties", "dare_ties"
  recipes::Recipe recipe;
};

/// Whole models in mergekit's usual settings, other parameters as the methods have them: linear with equal
/// weights, and with a base ties and dare_ties at weight 0.5 and density 0.5 (mergekit's own examples). None
/// of fewer than two models beside the base; linear is left out where the search has linear among its
/// methods, whose uniform merge it is.
std::vector<UsualMerge> usual_merges(const recipes::GenomeSpec& spec, const ModelFamily& family);

}  // namespace tsugi::evolve
