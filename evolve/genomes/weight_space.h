// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Weight space: a merge method's numbers for each group of layers, each model and each kind of tensor
// (Sakana's parameter space, arXiv 2403.13187 section 3.1, in the coding of mergekit-evolve's `genome:`).
#pragma once

#include "evolve/genomes/genome.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

/// What the space must know of the models.
struct ModelFamily {
  std::size_t layers = 0;
  std::vector<std::string>
      before;  ///< names of tensors in front of the layers that the models have: embeddings
  std::vector<std::string> after;  ///< and behind them: final norm, head
  std::optional<DType>
      dtype;  ///< the type they are stored in: that of a candidate unless the search says otherwise
  std::uint64_t seed = 0;  ///< of the recipes, for methods that draw random masks
};

/// Genes stand in the order group x (model x (filter + rest) x per-model parameter, then (filter + rest) x
/// global parameter), then model x parameter for tensors outside the layers when the search asks for that
/// group. The last group may be shorter. Searched are a method's numeric per-model parameters, its global
/// ones without default (slerp's t), and those that `ranges` names.
class WeightSpace : public GeneSpace {
 public:
  /// Throws InputError at the search file's place: unknown method or parameter, too few or too many models,
  /// no base where one is needed, an impossible range.
  WeightSpace(const recipes::GenomeSpec& spec, const ModelFamily& family);

  const std::vector<Gene>& genes() const override { return genes_; }

  /// Slices with a layer_range per group (a list of models with gradients when smooth), parameters at each
  /// source, the base as a source without parameters: what mergekit-evolve emits and mergekit runs.
  /// Arithmetic in f32
  /// (`dtype: float32`), stored as the search or the models say (`out_dtype`).
  recipes::Recipe decode(std::span<const double> values) const override;

  /// "uniform": weight 1/J for each of J models, density 1, t 0.5.
  std::vector<Baseline> baselines() const override;

 private:
  /// Who has parameters of its own: a model, or (the last, empty reference) the slice.
  struct Owner {
    std::optional<recipes::ModelReference> model;
    std::vector<const merge::Parameter*> parameters;
  };

  void choose_models();
  void choose_owners();
  void make_genes();
  Gene make_gene(const std::string& name, const merge::Parameter& parameter) const;
  double usual_start(const merge::Parameter& parameter) const;
  std::size_t groups() const;
  std::size_t sets() const { return spec_.filters.size() + 1; }
  std::size_t index(std::size_t group, std::size_t owner, std::size_t set, std::size_t parameter) const;
  std::size_t outside_index(std::size_t owner, std::size_t parameter) const;
  recipes::Gradient gradient(std::span<const double> values, std::size_t first_group, std::size_t last_group,
                             std::size_t owner, std::size_t set, std::size_t parameter) const;
  recipes::ParameterMap parameters(std::span<const double> values, std::size_t first_group,
                                   std::size_t last_group, std::size_t owner) const;
  std::vector<recipes::Slice> slices(std::span<const double> values) const;
  std::vector<recipes::ModelEntry> entries(std::span<const double> values) const;

  recipes::GenomeSpec spec_;
  ModelFamily family_;
  const merge::Method* method_ = nullptr;
  std::optional<recipes::ModelReference> base_;  ///< as the recipe names it
  std::vector<recipes::ModelReference>
      sources_;  ///< in recipe order, base included where the method reads one
  std::vector<Owner> owners_;
  std::size_t group_size_ = 0;  ///< genes of one group
  std::vector<Gene> genes_;
};

}  // namespace tsugi::evolve
