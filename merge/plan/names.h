// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Where a tensor stands, told by its name alone: "model.layers.3.mlp.up_proj.weight" is in layer 3 of any
// architecture.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// A name without its layer number: "model.layers" and "mlp.up_proj.weight"; outside the layers the whole
/// name and "".
using NameKey = std::pair<std::string_view, std::string_view>;

struct NamedTensor {
  NameKey key;
  const TensorView* view = nullptr;
};

/// The tensors of a checkpoint by place. The layer number is the first group of digits between two dots, if
/// the tensors with the same text before it number their layers 0 to `layers` - 1; so a vision tower of
/// another depth stays outside. Layers beyond those (`extra` of them may follow, for multi-token prediction)
/// come after. Outside the layers, names with "embed", "wte" or "wpe" come before, all others after. Views
/// into the tensors' names.
struct NameTable {
  std::vector<NamedTensor> before;               ///< sorted by key, as are the others
  std::vector<std::vector<NamedTensor>> layers;  ///< [layer]
  std::vector<NamedTensor> after;

  NameTable(std::span<const TensorView> tensors, std::size_t layers, std::size_t extra = 0);
  /// Of the tensors whose names `keep` wants.
  NameTable(std::span<const TensorView> tensors, std::size_t layers, std::size_t extra,
            const std::function<bool(std::string_view)>& keep);
};

/// The most layers that tensors with one text before the number are numbered by, among the names that `keep`
/// wants.
std::size_t deepest_stack(std::span<const TensorView> tensors,
                          const std::function<bool(std::string_view)>& keep);

/// The tensor with this key, or null.
const TensorView* find(std::span<const NamedTensor> tensors, const NameKey& key);

/// The key as a name again; `layer` counts only for keys with a second part.
std::string full_name(const NameKey& key, std::size_t layer);

}  // namespace tsugi::merge
