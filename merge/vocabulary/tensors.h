// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which tensors have one row, or one value, for every token.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "merge/checkpoint/config.h"
#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// Whether a name is that of an input embedding of tokens, an output head or a head's bias. Position tables,
/// token types and patches are none.
bool names_vocabulary(std::string_view name);

/// A model's input embedding of tokens, the one of most rows if there are several; null without one.
const TensorView* vocabulary_embedding(std::span<const TensorView> tensors);

/// Rows of that embedding; 0 without one.
std::size_t vocabulary_rows(std::span<const TensorView> tensors);

/// Ids below this have a row: the config's vocab_size, but never more than there are rows.
std::size_t used_rows(const ModelConfig& config, std::span<const TensorView> tensors);

}  // namespace tsugi::merge
