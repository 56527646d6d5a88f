// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Settings that the pre-tokenizer and the decoder Metaspace share.
#pragma once

#include <string>

#include "eval/tokenizer/json_field.h"

namespace tsugi::eval::tokenization {

struct Metaspace {
  enum class Prepend { always, first, never };
  std::string mark;  ///< what stands for a space: one character
  Prepend prepend = Prepend::always;
  bool split = true;
};

/// Files before prepend_scheme have add_prefix_space.
Metaspace read_metaspace(const Field& field);

}  // namespace tsugi::eval::tokenization
