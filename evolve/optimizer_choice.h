// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What `optimizer:` of a search file chooses.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "evolve/optimizers/optimizer.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

/// What the search is like.
struct SearchShape {
  Point start;
  std::vector<std::size_t> levels = {};  ///< as in OptimizerSetup
  std::size_t tasks = 1;
  std::uint64_t seed = 0;
  std::size_t evaluations = SIZE_MAX;  ///< in all
};

/// The optimizer of that name with the file's options in its first state. Throws InputError at the file's
/// place: an unknown name or option, a value that the option does not accept, more or fewer genes than the
/// optimizer takes, fewer tasks than it wants, no evaluations left beside those of the one that finishes.
std::unique_ptr<Optimizer> choose_optimizer(const recipes::OptimizerSpec& spec, const SearchShape& shape);

/// The name, with that of the one that finishes: "cma_es, bobyqa".
std::string optimizers_text(const recipes::OptimizerSpec& spec);

/// For --help: every optimizer with its options.
std::string describe_optimizers();

}  // namespace tsugi::evolve
