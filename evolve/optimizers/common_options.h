// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Options that several optimizers have.
#pragma once

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {

// A generation is scored as a whole before anything is learnt from it; a million is beyond any budget and far
// from any overflow.
inline constexpr double kMostPopulation = 1e6;

/// The first step length of a local search.
inline Option sigma_option() {
  return {.name = "sigma",
          .standard = 1.0 / 6,  // mergekit-evolve's and Sakana's
          .low = 1e-6,          // below, steps would not change a rounded parameter
          .high = 1,
          .doc = "first step length, as a share of a gene's range"};
}

/// `doc` says what a population is here, and its default where `standard` is none.
inline Option population_option(std::optional<double> standard, double least, std::string_view doc) {
  return {.name = "population",
          .standard = standard,
          .low = least,
          .high = kMostPopulation,
          .whole = true,
          .doc = doc};
}

/// The population that was asked for, if any.
inline std::optional<std::size_t> given_population(const OptimizerSetup& setup) {
  const std::optional<double> given = setup.find("population");
  return given ? std::optional(static_cast<std::size_t>(*given)) : std::nullopt;
}

}  // namespace tsugi::evolve
