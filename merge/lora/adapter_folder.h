// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Writes an adapter folder: adapter_model.safetensors and adapter_config.json. How large a tensor is, is
// known only when it has been computed, so tensors wait in files of their own until the last one is there.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "merge/checkpoint/safetensors.h"
#include "merge/export/partial_folder.h"

namespace tsugi::merge {

class AdapterFolder {
 public:
  /// `out` must be absent or empty, and outside of `inputs`. Throws InputError.
  AdapterFolder(const std::filesystem::path& out, const std::vector<std::filesystem::path>& inputs);

  /// Rounds a tensor to `dtype` and puts it aside as number `slot`, which no other one has. Thread-safe.
  /// Throws Error when a value is infinite or NaN after rounding, or the disk is full.
  void put(std::size_t slot, const std::string& name, const Shape& shape, DType dtype,
           std::span<const float> values) const;
  /// A tensor of a checkpoint as it is stored; one without plain bytes in its dtype. Thread-safe.
  void put(std::size_t slot, const std::string& name, const TensorView& tensor) const;

  /// Puts the slots together, in the order that the format asks for, and publishes the folder. Returns the
  /// bytes of tensors. `slots[i]` describes what was put as number i; entries without a name were not.
  std::size_t commit(std::vector<TensorLayout> slots, const nlohmann::ordered_json& config);

 private:
  std::filesystem::path part(std::size_t slot) const;

  PartialFolder folder_;
};

}  // namespace tsugi::merge
