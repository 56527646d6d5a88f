// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A path through the layers of several models, and the plain recipe that it is.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "evolve/genomes/fold_rule.h"
#include "recipes/recipe.h"

namespace tsugi::evolve {

/// The models that a path may go through.
struct LayerPool {
  std::vector<recipes::ModelReference> models;
  std::vector<std::size_t> layers;  ///< [model]
  FoldRule fold;
  std::optional<DType> dtype;  ///< that a candidate is stored in

  std::size_t total() const;
  std::size_t deepest() const;
};

struct PathHop {
  std::size_t model = 0;  ///< of the pool
  std::size_t layer = 0;  ///< of the model
  double scale = 1;       ///< positive: what enters the layer is multiplied by it
};

/// Products c_1, c_2, … of the hops' scales, each kept within [1 / most, most].
std::vector<double> scale_products(std::span<const PathHop> path, double most);

/// Passthrough slices whose `scale` entries are the folded scales. Hops that continue each other with equal
/// products are one slice: a plain model is the shortest recipe. Config, tokenizer, embedding, final norm and
/// head are the first model's: mergekit takes what stands before the layers from the first slice and what
/// stands behind them from the last, so that a path that begins or ends in another model gets an empty slice
/// of the first one there.
recipes::Recipe path_recipe(const LayerPool& pool, std::span<const PathHop> path,
                            std::span<const double> products);

/// What anybody would try before a search: the first three quarters of the first model's layers, then the
/// last three quarters of the second's, or its own where there is no second (depth up-scaling, arXiv
/// 2312.15166).
std::vector<PathHop> usual_stack(const LayerPool& pool);

}  // namespace tsugi::evolve
