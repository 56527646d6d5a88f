// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints of a real size that nobody has to download: a base and models tuned from it.
#pragma once

#include <cstddef>
#include <filesystem>

#include "recipes/dtype.h"

namespace tsugi::bench {

/// Writes FOLDER/base, FOLDER/a, FOLDER/b, … (`models` with the base): Llamas of TinyLlama's shape, 1.1
/// billion parameters of `type`, 2.2 GB each in 16 bits. Base values have a standard deviation of 0.02, a
/// tuned model's steps one of 0.002, about what fine-tuning leaves. A model that is there already is kept.
/// Call it on the pool's thread.
void generate_models(const std::filesystem::path& folder, std::size_t models, DType type);

}  // namespace tsugi::bench
