// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Layer space: which layers of which models follow each other, and a factor on what enters each (Sakana's
// data-flow space, arXiv 2403.13187, section 3.2). A candidate is a plain passthrough recipe, its factors
// folded into weights.
#pragma once

#include "evolve/genomes/genome.h"
#include "evolve/genomes/layer_path.h"
#include "recipes/layer_spec.h"

namespace tsugi::evolve {

/// Most hops of a path: `latency` times the deepest model, rounded down, and not more than `max_layers`.
std::size_t most_hops(const recipes::LayerSpec& spec, const LayerPool& pool);

/// indicator: a gene of two values for each layer of the pool, models in order, all of it `repeats` times
/// over; those that are on are the path. path: a gene for each hop that there may be, 0 for none, else the
/// number of a layer of the pool, from 1. Then, with scales, one more gene for each of them. The start is the
/// first model as it is. Instead of Sakana's matrix of factors for each pair of layers, which is the square
/// of the layers in numbers, there is one factor a place in the path.
class LayerSpace : public GeneSpace {
 public:
  /// Throws InputError at the search file's place: scales that the family cannot fold, a start that is longer
  /// than a path may be.
  LayerSpace(const recipes::LayerSpec& spec, LayerPool pool);

  const std::vector<Gene>& genes() const override { return genes_; }
  recipes::Recipe decode(std::span<const double> values) const override;

  /// A path without layers, or with more than it may have: such a candidate is not scored and ranks last.
  /// Cutting it to size would make many genomes one candidate and hide from the search why.
  std::optional<std::string> refuses(std::span<const double> values) const override;

  /// Indicators start two standard deviations of the usual first step from the threshold, as Sakana's do: at
  /// the ends of their range, three away, hardly any would change in the first generation.
  Point start_point() const override;

  std::vector<Baseline> baselines() const override { return {}; }
  std::size_t most_layers() const override { return most_hops_; }

  std::vector<PathHop> path(std::span<const double> values) const;
  /// Whether values stand for the first model as it is.
  bool is_first_model(std::span<const double> values) const;

 private:
  void make_genes();
  PathHop layer_of(std::size_t number) const;  ///< of the pool, models in order

  recipes::LayerSpec spec_;
  LayerPool pool_;
  std::size_t most_hops_ = 0;
  std::size_t places_ = 0;  ///< genes that choose layers
  std::vector<Gene> genes_;
};

}  // namespace tsugi::evolve
