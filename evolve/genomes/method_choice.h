// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Weight space with the merge method as one more choice.
#pragma once

#include <memory>

#include "evolve/genomes/genome.h"
#include "evolve/genomes/model_family.h"
#include "evolve/genomes/weight_space.h"

namespace tsugi::evolve {

/// A gene from 0 to 1 for each method, of which the largest chooses (of equal ones the first of the file),
/// then the genes of all the methods' weight spaces. What stands for the same in several methods is one gene:
/// the same place, and a parameter that their tables describe by the same row; weights only where the methods
/// agree on `normalize`. Genes of the methods that are not chosen change nothing.
class MethodChoice : public GeneSpace {
 public:
  /// Throws InputError as WeightSpace does, and for ranges of parameters that no method has.
  MethodChoice(const recipes::GenomeSpec& spec, const ModelFamily& family);

  const std::vector<Gene>& genes() const override { return genes_; }
  recipes::Recipe decode(std::span<const double> values) const override;

  /// "uniform METHOD" for each of them.
  std::vector<Baseline> baselines() const override;

 private:
  struct Member {
    std::string method;
    std::unique_ptr<WeightSpace> space;
    std::vector<std::size_t> genes;  ///< [gene of the space]: its place in this one
  };

  void add_genes(std::size_t member);
  void name_genes();
  std::size_t place_of(std::size_t member, std::size_t gene);
  std::size_t chosen(std::span<const double> values) const;

  std::vector<Member> members_;
  std::vector<Gene> genes_;
};

/// The weight space of a search: of one method, or of several to choose among.
std::unique_ptr<GeneSpace> make_weight_space(const recipes::GenomeSpec& spec, const ModelFamily& family);

}  // namespace tsugi::evolve
