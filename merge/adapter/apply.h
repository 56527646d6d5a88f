// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A checkpoint with a LoRA or DoRA adapter applied while it is read (specification checkpoints, section 7).
#pragma once

#include <filesystem>
#include <memory>

#include "merge/checkpoint/checkpoint.h"

namespace tsugi::merge {

/// `base` with the adapter in `folder`: adapter_config.json and adapter_model.safetensors or .bin. Reads
/// names, shapes and the configuration; products are computed when rows are read, in f32. Of what the adapter
/// has, nothing is left unused. Throws InputError naming file, module and shapes.
std::shared_ptr<const Checkpoint> apply_adapter(const std::shared_ptr<const Checkpoint>& base,
                                                const std::filesystem::path& folder);

}  // namespace tsugi::merge
