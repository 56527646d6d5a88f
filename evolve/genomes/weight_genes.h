// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What weight space is made of: groups of layers, and the gene of one parameter.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "evolve/genomes/genome.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

/// Layers [begin, end).
struct LayerGroup {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Together all layers, in order. Throws InputError where the file's groups add up to another number.
std::vector<LayerGroup> layer_groups(const recipes::GenomeSpec& spec, std::size_t layers);

/// Moves where `ranges` says, else where the method's table says; takes steps where the file asks for them
/// and where the parameter is a whole number or a switch. Where the search `rounds`, densities go to 0.01 and
/// weights to 0.005, finer where fewer than 50 values would be left, unless the file says `step: 0`. `usual`
/// is the start where the file gives none. Throws InputError for a range that the parameter does not accept
/// and for steps that do not fit.
Gene make_gene(const merge::Parameter& parameter, const recipes::GenomeSpec& spec, double usual, bool rounds);

}  // namespace tsugi::evolve
