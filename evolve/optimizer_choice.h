// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What `optimizer:` of a search file chooses.
#pragma once

#include "evolve/optimizers/optimizer.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

/// The optimizer of that name with the file's options in its first state. Throws InputError at the file's
/// place: an unknown name or option, a value that the option does not accept, more or fewer genes than the
/// optimizer takes.
std::unique_ptr<Optimizer> choose_optimizer(const recipes::OptimizerSpec& spec, Point start,
                                            std::uint64_t seed);

/// For --help: every optimizer with its options.
std::string describe_optimizers();

}  // namespace tsugi::evolve
