// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/layer_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

using recipes::LayerForm;

// Two steps of the optimizers' standard first step, a sixth of the cube, on either side of its middle.
constexpr double kOff = 0.5 - 2.0 / 6;
constexpr double kOn = 0.5 + 2.0 / 6;

}  // namespace

std::size_t most_hops(const recipes::LayerSpec& spec, const LayerPool& pool) {
  // 1e-9: 1.1 times 10 is 11 layers, whatever the product of the rounded numbers is.
  const auto hops = static_cast<std::size_t>(spec.latency * static_cast<double>(pool.deepest()) + 1e-9);
  return spec.max_layers ? std::min(hops, static_cast<std::size_t>(*spec.max_layers)) : hops;
}

LayerSpace::LayerSpace(const recipes::LayerSpec& spec, LayerPool pool) : spec_(spec), pool_(std::move(pool)) {
  if (pool_.layers.front() == 0)
    throw InputError(spec_.mark, "the models have no layers", "give decoder models");
  if (spec_.scales && !pool_.fold.impossible.empty()) {
    throw InputError(spec_.scales_mark,
                     fmt::format("scales cannot be folded into weights: {}", pool_.fold.impossible),
                     "write scales: none");
  }
  most_hops_ = most_hops(spec_, pool_);
  if (most_hops_ < pool_.layers.front()) {
    throw InputError(spec_.mark,
                     fmt::format("paths have {} layers at most, and the search starts from the {} of '{}'",
                                 most_hops_, pool_.layers.front(), pool_.models.front().text),
                     "raise latency or max_layers, or put another model first");
  }
  make_genes();
}

PathHop LayerSpace::layer_of(std::size_t number) const {
  std::size_t model = 0;
  for (; number >= pool_.layers[model]; ++model) number -= pool_.layers[model];
  return {.model = model, .layer = number};
}

void LayerSpace::make_genes() {
  const std::size_t total = pool_.total();
  const std::size_t start = pool_.layers.front();
  if (spec_.form == LayerForm::path) {
    places_ = most_hops_;
    for (std::size_t i = 0; i < places_; ++i) {
      genes_.push_back({.name = fmt::format("hop {}", i),
                        .low = 0,
                        .high = static_cast<double>(total),
                        .start = i < start ? static_cast<double>(i + 1) : 0,
                        .levels = total + 1});
    }
  } else {
    places_ = total * static_cast<std::size_t>(spec_.repeats);
    const std::vector<std::string> names = short_names(pool_.models);
    for (std::size_t i = 0; i < places_; ++i) {
      const PathHop hop = layer_of(i % total);
      genes_.push_back(
          {.name = fmt::format("{}{} layer {}", i < total ? "" : fmt::format("round {} ", i / total + 1),
                               names[hop.model], hop.layer),
           .low = 0,
           .high = 1,
           .start = i < start ? 1.0 : 0.0,
           .levels = 2});
    }
  }
  if (!spec_.scales) return;
  for (std::size_t i = 0; i < places_; ++i) {
    genes_.push_back({.name = genes_[i].name + " scale",
                      .low = spec_.lowest_scale,
                      .high = spec_.highest_scale,
                      .start = 1,
                      .scale = merge::Scale::logarithmic});
  }
}

std::vector<PathHop> LayerSpace::path(std::span<const double> values) const {
  if (values.size() != genes_.size()) {
    throw Error(
        fmt::format("a genome of {} numbers was given to a space of {} genes", values.size(), genes_.size()));
  }
  std::vector<PathHop> path;
  for (std::size_t i = 0; i < places_; ++i) {
    const auto chosen = static_cast<std::size_t>(std::lround(values[i]));
    if (chosen == 0) continue;
    PathHop hop = layer_of(spec_.form == LayerForm::path ? chosen - 1 : i % pool_.total());
    if (spec_.scales) hop.scale = values[places_ + i];
    path.push_back(hop);
  }
  return path;
}

bool LayerSpace::is_first_model(std::span<const double> values) const {
  const std::vector<PathHop> hops = path(values);
  if (hops.size() != pool_.layers.front()) return false;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    if (hops[i].model != 0 || hops[i].layer != i || hops[i].scale != 1) return false;
  }
  return true;
}

recipes::Recipe LayerSpace::decode(std::span<const double> values) const {
  const std::vector<PathHop> hops = path(values);
  return path_recipe(pool_, hops, scale_products(hops, spec_.most_product));
}

std::optional<std::string> LayerSpace::refuses(std::span<const double> values) const {
  const std::size_t hops = path(values).size();
  if (hops == 0) return "the path has no layers";
  if (hops <= most_hops_) return std::nullopt;
  return fmt::format("the path has {} layers, and {} are allowed", hops, most_hops_);
}

Point LayerSpace::start_point() const {
  Point point = GeneSpace::start_point();
  if (spec_.form == LayerForm::path) return point;
  for (std::size_t i = 0; i < places_; ++i) point[i] = point[i] > 0.5 ? kOn : kOff;
  return point;
}

}  // namespace tsugi::evolve
