// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `layers:` of a search file: a search for a path through the layers of whole models (Sakana's data-flow
// space, arXiv 2403.13187, section 3.2).
#pragma once

#include <optional>
#include <vector>

#include "recipes/dtype.h"
#include "recipes/recipe.h"

namespace tsugi::recipes {

/// How a path is coded.
enum class LayerForm {
  indicator,  ///< the layers of all models in order, several times over, each on or off
  path,       ///< a list of hops, each any layer of any model or none
};

struct LayerSpec {
  std::vector<ModelReference> models;  ///< the pool in order; the first is where the search starts
  LayerForm form = LayerForm::indicator;
  int repeats = 2;     ///< of the pool, in the indicator form
  bool scales = true;  ///< each hop has a gene for the factor on what enters it
  double lowest_scale = 0.5;
  double highest_scale = 2;
  double most_product = 4;  ///< products of scales along the path stay within 1/most_product..most_product
  std::optional<int> max_layers;
  double latency = 1.5;        ///< most hops, relative to the deepest model of the pool
  std::optional<DType> dtype;  ///< stored type of a candidate; without it the first model's
  Mark mark;
  Mark scales_mark;
};

}  // namespace tsugi::recipes
