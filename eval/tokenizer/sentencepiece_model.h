// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tokenizer.model, run by the SentencePiece library itself, for folders without a tokenizer.json.
#pragma once

#include <string>
#include <vector>

#include "eval/tokenizer/added_tokens.h"
#include "eval/tokenizer/components.h"

namespace tsugi::eval::tokenization {

/// The stages of such a tokenizer. Control tokens (<s>, </s>) are added tokens, as in transformers: their
/// text inside a text is the token.
struct SentencePieceStages {
  Model model;
  Decoder decoder;
  std::vector<AddedToken> added;
};

/// `bytes` are the file's. Throws InputError at `file` when the library cannot read them.
SentencePieceStages read_sentencepiece(const std::string& bytes, const std::string& file);

}  // namespace tsugi::eval::tokenization
