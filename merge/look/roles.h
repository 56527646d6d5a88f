// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Where a tensor stands and what it does there, told by its name: what tables of a model are grouped by.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "recipes/architecture.h"

namespace tsugi::merge {

struct TensorPlace {
  /// "attn.q" for a tensor of a known family; else the name behind its layer number, without ".weight" and
  /// with further numbers as "*": "attn.c_attn.bias", "experts.*.w1".
  std::string role;
  std::string stack;                 ///< what stands before the layer number: "model.layers"; "" outside
  std::optional<std::size_t> layer;  ///< the first group of digits between two dots
};

/// `family` may be null.
TensorPlace place_of(std::string_view name, const recipes::Architecture* family);

}  // namespace tsugi::merge
