// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Weights and layers: a merge, and a path through the layers of its result and of other models. A candidate
// is a graph of two recipes, as mergekit-multi reads them.
#pragma once

#include <memory>

#include "evolve/genomes/genome.h"
#include "evolve/genomes/layer_space.h"

namespace tsugi::evolve {

/// What the merge is called where the path's recipe names it.
inline constexpr const char* kEvolvedWeights = "evolved_weights";

/// One merge, without genes: what a search of weights came to.
class OneMerge : public GeneSpace {
 public:
  explicit OneMerge(recipes::Recipe recipe) : recipe_(std::move(recipe)) {}

  const std::vector<Gene>& genes() const override { return genes_; }
  recipes::Recipe decode(std::span<const double> /*values*/) const override { return recipe_; }
  std::vector<Baseline> baselines() const override { return {}; }

 private:
  recipes::Recipe recipe_;
  std::vector<Gene> genes_;
};

/// Genes of the merge, then of the path, whose pool has kEvolvedWeights first. The merge as it is, which is
/// where the path starts, is the merge's recipe alone.
class JointSpace : public GeneSpace {
 public:
  JointSpace(std::unique_ptr<const GeneSpace> merge, LayerSpace layers);

  const std::vector<Gene>& genes() const override { return genes_; }
  recipes::Recipe decode(std::span<const double> values) const override;
  std::vector<recipes::Recipe> earlier(std::span<const double> values) const override;
  std::optional<std::string> refuses(std::span<const double> values) const override;
  Point start_point() const override;
  /// The merge's, as they are.
  std::vector<Baseline> baselines() const override;
  std::size_t most_layers() const override { return layers_.most_layers(); }

 private:
  std::span<const double> of_merge(std::span<const double> values) const;
  std::span<const double> of_layers(std::span<const double> values) const;

  std::unique_ptr<const GeneSpace> merge_;
  LayerSpace layers_;
  std::vector<Gene> genes_;
};

}  // namespace tsugi::evolve
