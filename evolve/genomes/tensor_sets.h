// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which tensors share a gene: those of one group of layers and one filter or role, and those outside the
// layers.
#pragma once

#include <string>
#include <vector>

#include "evolve/genomes/model_family.h"
#include "evolve/genomes/role_filters.h"
#include "evolve/genomes/weight_genes.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

/// Tensors outside the layers that have genes of their own.
struct OutsideSet {
  std::string label;                ///< a role, or "" for all that no role names
  std::vector<std::string> before;  ///< names in front of the layers
  std::vector<std::string> after;
};

struct TensorSets {
  std::vector<std::string>
      labels;                      ///< of the sets in each group: filters or roles; the last, "", is the rest
  std::vector<SetFilter> filters;  ///< which tell the sets, in recipe order
  std::vector<std::vector<bool>>
      present;  ///< [group][set]: with filters all, with roles where there are tensors
  std::vector<OutsideSet> outside;
};

/// Throws InputError at a role that no tensor has.
TensorSets tensor_sets(const recipes::GenomeSpec& spec, const ModelFamily& family,
                       const std::vector<LayerGroup>& groups);

}  // namespace tsugi::evolve
