// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// config.json as transformers would have it, out of a GGUF file's metadata: the inverse of model_metadata.h.
#pragma once

#include <span>

#include "merge/checkpoint/config.h"
#include "merge/gguf/families.h"
#include "merge/gguf/parse.h"

namespace tsugi::merge::gguf {

/// The family of a file. Throws InputError naming general.architecture and the families that are read.
const Family& family_of(const Header& header);

/// `type`: what the values count as. `rope_factors`: those of rope_freqs.weight, empty without. Throws
/// InputError for keys that are missing or factors that are not Llama 3's.
ModelConfig model_config(const Header& header, const Family& family, DType type,
                         std::span<const float> rope_factors);

}  // namespace tsugi::merge::gguf
