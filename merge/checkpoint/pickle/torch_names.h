// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The names of Python that a pickled state dict may use, and what they mean here. None is imported.
#pragma once

#include <optional>
#include <string_view>

#include "recipes/dtype.h"

namespace tsugi::merge {

enum class TorchName {
  ordered_dict,
  rebuild_tensor,     ///< torch._utils._rebuild_tensor and _rebuild_tensor_v2
  rebuild_tensor_v3,  ///< with its type behind the storage's
  rebuild_parameter,
  parameter,
  size,
  storage,  ///< torch.FloatStorage and the like, and storages of no type
  dtype
};

/// What "torch._utils._rebuild_tensor_v2" is; nothing for names that are refused.
std::optional<TorchName> torch_name(std::string_view name);

/// The type that "torch.FloatStorage" or "torch.float32" names; nothing for others, and for storages of no
/// type.
std::optional<DType> torch_dtype(std::string_view name);

}  // namespace tsugi::merge
