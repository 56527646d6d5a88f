// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/layer_path.h"

#include <algorithm>
#include <numeric>

namespace tsugi::evolve {
namespace {

using recipes::ParameterMap;
using recipes::ParameterSetting;

ParameterMap folded(const FoldRule& rule, double product) {
  ParameterMap map;
  if (product == 1) return map;
  ParameterSetting setting;
  const auto add = [&](const std::vector<std::string>& filters, double value) {
    for (const std::string& filter : filters)
      setting.conditions.push_back({.filter = filter, .value = {{value}}, .mark = {}});
  };
  add(rule.divided, 1 / product);
  add(rule.multiplied, product);
  map.emplace("scale", std::move(setting));
  return map;
}

recipes::Slice slice_of(const LayerPool& pool, const PathHop& hop, std::size_t layers,
                        ParameterMap parameters) {
  recipes::Slice slice;
  const auto begin = static_cast<int>(hop.layer);
  slice.sources.push_back({.model = pool.models[hop.model],
                           .begin = begin,
                           .end = begin + static_cast<int>(layers),
                           .parameters = std::move(parameters),
                           .range_mark = {}});
  return slice;
}

}  // namespace

std::size_t LayerPool::total() const {
  return std::accumulate(layers.begin(), layers.end(), std::size_t{0});
}

std::size_t LayerPool::deepest() const {
  return *std::max_element(layers.begin(), layers.end());
}

std::vector<double> scale_products(std::span<const PathHop> path, double most) {
  std::vector<double> products;
  double product = 1;
  for (const PathHop& hop : path)
    products.push_back(product = std::clamp(product * hop.scale, 1 / most, most));
  return products;
}

std::vector<PathHop> usual_stack(const LayerPool& pool) {
  const std::size_t second = pool.models.size() > 1 ? 1 : 0;
  std::vector<PathHop> path;
  for (std::size_t i = 0; i < pool.layers[0] - pool.layers[0] / 4; ++i)
    path.push_back({.model = 0, .layer = i});
  for (std::size_t i = pool.layers[second] / 4; i < pool.layers[second]; ++i)
    path.push_back({.model = second, .layer = i});
  return path;
}

recipes::Recipe path_recipe(const LayerPool& pool, std::span<const PathHop> path,
                            std::span<const double> products) {
  const PathHop first{};
  recipes::Recipe recipe;
  recipe.merge_method = "passthrough";
  recipe.base_model = pool.models.front();
  if (path.empty() || path.front().model != 0) recipe.slices.push_back(slice_of(pool, first, 0, {}));
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool goes_on = i > 0 && path[i].model == path[i - 1].model &&
                         path[i].layer == path[i - 1].layer + 1 && products[i] == products[i - 1];
    if (goes_on) {
      ++recipe.slices.back().sources.front().end;
    } else {
      recipe.slices.push_back(slice_of(pool, path[i], 1, folded(pool.fold, products[i])));
    }
  }
  if (!path.empty() && path.back().model != 0) recipe.slices.push_back(slice_of(pool, first, 0, {}));
  recipe.dtype = DType::F32;
  recipe.out_dtype = pool.dtype;
  return recipe;
}

}  // namespace tsugi::evolve
