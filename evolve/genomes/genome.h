// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a gene space is: named genes with ranges, and the recipe that a point stands for. One file pair in
// this folder defines one space.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evolve/optimizers/optimizer.h"
#include "merge/methods/method.h"
#include "recipes/recipe.h"

namespace tsugi::evolve {

struct Gene {
  std::string name;  ///< "layers 0-1 math weight"
  double low = 0;
  double high = 1;
  double start = 0;
  merge::Scale scale = merge::Scale::linear;
  /// How many values, evenly spaced on its scale from low to high, it takes; 0: any.
  std::size_t levels = 0;
};

/// Value of a gene at a place in [0, 1], its nearest level where it has levels, and back.
double value_at(const Gene& gene, double unit);
double unit_at(const Gene& gene, double value);

/// What anybody would try without a search.
struct Baseline {
  std::string name;  ///< "uniform"
  std::vector<double> genes;
};

/// Immutable; safe to use from any thread.
class GeneSpace {
 public:
  virtual ~GeneSpace() = default;

  virtual const std::vector<Gene>& genes() const = 0;

  /// `values` are in the genes' own units and may lie outside their ranges, but within what the method
  /// accepts.
  virtual recipes::Recipe decode(std::span<const double> values) const = 0;

  virtual std::vector<Baseline> baselines() const = 0;
};

/// All genes' starts, or the values at a point of the unit cube.
std::vector<double> start_values(const GeneSpace& space);
std::vector<double> values_at(const GeneSpace& space, std::span<const double> point);
Point point_at(const GeneSpace& space, std::span<const double> values);

/// A short name for each model: the last part of its path, or the whole text where two would be the same.
std::vector<std::string> short_names(std::span<const recipes::ModelReference> models);

}  // namespace tsugi::evolve
