// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tokenizer.json and its companions as the tokenizer.* keys of a GGUF file.
// Source: llama.cpp's conversion/base.py and llama-vocab.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "merge/checkpoint/companions.h"
#include "merge/checkpoint/config.h"
#include "merge/gguf/format.h"

namespace tsugi::merge::gguf {

/// llama.cpp's kinds of tokens.
enum class TokenKind : std::int32_t {
  normal = 1,
  unknown = 2,
  control = 3,
  user_defined = 4,
  unused = 5,
  byte = 6
};

struct TokenizerSource {
  std::span<const Companion> companions;
  std::string place;  ///< folder of the companions, for errors
  const ModelConfig* config = nullptr;
  std::size_t rows = 0;  ///< of the embedding; ids without a token are named [PAD<id>]
  std::string pre = {};  ///< llama.cpp's name of the split where tokenizer.json does not tell; "" to find out
};

/// Byte-level BPE becomes model "gpt2", BPE with byte fallback (Llama 2, Gemma) model "llama", whose scores
/// keep the order of merges. What a user should know goes to `notes`. Throws InputError for other kinds of
/// tokenizers, a split that llama.cpp has no name for, a token twice.
Metadata tokenizer_metadata(const TokenizerSource& source, std::vector<std::string>& notes);

}  // namespace tsugi::merge::gguf
