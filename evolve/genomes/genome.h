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
  /// Values are rounded to multiples of this, so that recipes are met again; 0: they are not.
  double quantum = 0;
};

/// Value of a gene at a place in [0, 1], its nearest level where it has levels, else rounded, and back.
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

  /// Merges that come before, each with a name that decode()'s recipe uses where a model stands.
  virtual std::vector<recipes::Recipe> earlier(std::span<const double> /*values*/) const { return {}; }

  /// Why values stand for nothing that may be scored, if they do: such a candidate is recorded with that
  /// reason and ranks last.
  virtual std::optional<std::string> refuses(std::span<const double> /*values*/) const {
    return std::nullopt;
  }

  /// Where an optimizer starts in the unit cube: a point whose values are the genes' starts.
  virtual Point start_point() const;

  /// Layers of the deepest candidate; 0: as many as the start has.
  virtual std::size_t most_layers() const { return 0; }
};

/// All genes' starts, or the values at a point of the unit cube.
std::vector<double> start_values(const GeneSpace& space);
std::vector<double> values_at(const GeneSpace& space, std::span<const double> point);
Point point_at(const GeneSpace& space, std::span<const double> values);

/// Starts drawn from 0 to 1, as mergekit-evolve's random_init does, as far as a gene's range goes there; from
/// all of it where it does not or moves by factors. A function of the seed and of the genes.
void draw_starts(std::vector<Gene>& genes, std::uint64_t seed);

/// A short name for each model: the last part of its path, or the whole text where two would be the same.
std::vector<std::string> short_names(std::span<const recipes::ModelReference> models);

}  // namespace tsugi::evolve
