// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Weight space: a merge method's numbers for each group of layers, each model and each kind of tensor
// (Sakana's parameter space, arXiv 2403.13187 section 3.1, in the coding of mergekit-evolve's `genome:`).
#pragma once

#include <map>

#include "evolve/genomes/genome.h"
#include "evolve/genomes/model_family.h"
#include "evolve/genomes/tensor_sets.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

/// Genes stand in the order group x (model x (filter or role + rest) x per-model parameter, then the same x
/// global parameter), then model x set x parameter for tensors outside the layers where the search asks for
/// them. Searched are a method's numeric per-model parameters, its global ones without default (slerp's t),
/// and those that `ranges` names, be they numbers or switches.
class WeightSpace : public GeneSpace {
 public:
  /// Throws InputError at the search file's place: unknown method, parameter or role, nothing to search, too
  /// few or too many models, no base where one is needed, groups that are not all layers, an impossible
  /// range.
  WeightSpace(const recipes::GenomeSpec& spec, const ModelFamily& family);

  const std::vector<Gene>& genes() const override { return genes_; }

  /// Slices with a layer_range per group (a list of models with gradients when smooth), parameters at each
  /// source, the base as a source without parameters: what mergekit-evolve emits and mergekit runs.
  /// Arithmetic in f32 (`dtype: float32`), stored as the search or the models say (`out_dtype`).
  recipes::Recipe decode(std::span<const double> values) const override;

  /// What a gene is a number for.
  const merge::Parameter& parameter_of(std::size_t gene) const { return *parameters_[gene]; }

  /// Whether recipes say `normalize: true`.
  bool normalizes() const;

  /// "uniform": weight 1/J for each of J models, density 1, t 0.5.
  std::vector<Baseline> baselines() const override;

 private:
  /// Who has parameters of its own: a model, or (the last, empty reference) the slice.
  struct Owner {
    std::optional<recipes::ModelReference> model;
    std::vector<const merge::Parameter*> parameters;
  };

  /// What a gene is about. Group number groups_.size() stands for the sets outside the layers.
  struct Slot {
    std::size_t group = 0;
    std::size_t owner = 0;
    std::size_t set = 0;
    std::size_t parameter = 0;  ///< in Owner::parameters
    auto operator<=>(const Slot&) const = default;
  };

  void choose_models();
  void choose_owners();
  void check_ranges() const;
  void require_parameters() const;
  void make_genes();
  void make_genes(std::size_t group, std::size_t owner, std::size_t set, const std::string& name);
  double usual_start(const merge::Parameter& parameter) const;

  // weight_decode.cpp
  recipes::ParameterSetting setting(std::span<const double> values, std::size_t first_group,
                                    std::size_t last_group, std::size_t owner, std::size_t parameter) const;
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
  std::vector<LayerGroup> groups_;
  TensorSets sets_;
  std::map<Slot, std::size_t> slots_;  ///< places of genes
  std::vector<Gene> genes_;
  std::vector<const merge::Parameter*> parameters_;  ///< [gene]
};

}  // namespace tsugi::evolve
