// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Strategy parameters of CMA-ES as pycma 4 chooses them (Hansen, "The CMA Evolution Strategy: A Tutorial",
// arXiv 1604.00772; equation numbers are the tutorial's).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace tsugi::evolve {

struct CmaParameters {
  std::size_t dimension = 0;
  std::size_t population = 0;   ///< lambda
  std::size_t parents = 0;      ///< mu: how many weights are positive
  std::vector<double> weights;  ///< [population], decreasing; the positive ones add up to 1
  double mueff = 0;             ///< variance-effective number of parents
  double cs = 0;                ///< of the path for sigma
  double damps = 0;
  double cc = 0;  ///< of the path for C
  double c1 = 0;
  double cmu = 0;
  double lazy_gap = 0;  ///< generations between eigendecompositions
};

/// 4 + floor(3 ln N).
std::size_t standard_population(std::size_t dimension);

/// For a full covariance matrix (specification, section 6.1). population: the standard one unless given; at
/// least 2. Throws Error for dimension 0.
CmaParameters cma_parameters(std::size_t dimension, std::optional<std::size_t> population = std::nullopt);

/// For a diagonal one, which is learnt about N times faster (specification, section 6.6).
CmaParameters separable_parameters(std::size_t dimension,
                                   std::optional<std::size_t> population = std::nullopt);

}  // namespace tsugi::evolve
