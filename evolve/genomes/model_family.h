// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a gene space must know of the models that it merges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recipes/dtype.h"

namespace tsugi::evolve {

struct RoleTensor {
  std::string name;
  std::string role;                  ///< "" for a tensor that the family has no row for
  std::optional<std::size_t> layer;  ///< none outside the layers
};

struct ModelFamily {
  std::size_t layers = 0;
  std::vector<std::string>
      before;  ///< names of tensors in front of the layers that the models have: embeddings
  std::vector<std::string> after;  ///< and behind them: final norm, head
  std::optional<DType>
      dtype;  ///< the type they are stored in: that of a candidate unless the search says otherwise
  std::uint64_t seed = 0;                ///< of the search, and of recipes whose method draws random masks
  std::vector<RoleTensor> tensors = {};  ///< all; for searches by role
  /// Whether weights and densities are rounded, so that recipes are met again: where the fitness has steps.
  bool rounds = true;
};

}  // namespace tsugi::evolve
