// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tokenizer_config.json and special_tokens_map.json: what they add to tokenizer.json.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "eval/tokenizer/added_tokens.h"

namespace tsugi::eval::tokenization {

struct TokenizerConfig {
  std::optional<std::string> bos;
  std::optional<std::string> eos;
  std::vector<AddedToken>
      declared;  ///< added_tokens_decoder, in order of id: they win over tokenizer.json's flags
  std::vector<AddedToken> named;  ///< bos_token, eos_token, …: added as special tokens where missing
  std::optional<bool> add_bos;    ///< absent: tokenizer.json decides
  std::optional<bool> add_eos;
  std::string tokenizer_class;
  std::size_t model_max_length;  ///< SIZE_MAX when unset
  bool clean_up_spaces = false;
  bool split_special_tokens = false;  ///< special tokens inside a text are text
};

/// Both files may be missing: everything is then unset. Throws InputError for a value of the wrong kind.
TokenizerConfig read_tokenizer_config(const ModelFiles& files);

/// Whether a tokenizer of this class puts BOS before a text by default when tokenizer.json has no template.
bool class_adds_bos(const std::string& tokenizer_class);

}  // namespace tsugi::eval::tokenization
