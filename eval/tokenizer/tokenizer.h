// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tokenizer.json as Hugging Face's tokenizers library reads it: text to ids and back, exactly.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eval/model/model_files.h"

namespace tsugi::eval {

using TokenId = std::int32_t;

/// Whether the post-processor's tokens (BOS and the like) are added.
enum class Specials { add, omit };

/// Immutable after loading; safe to use from any thread.
class Tokenizer {
 public:
  /// Reads tokenizer.json, or without it tokenizer.model, and tokenizer_config.json of a model folder. Throws
  /// InputError naming the component that this program does not run, or what is broken.
  static Tokenizer load(const ModelFiles& files);
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  /// `text` must be UTF-8; throws InputError otherwise.
  std::vector<TokenId> encode(std::string_view text, Specials specials = Specials::add) const;

  /// Ids without a token are skipped; invalid UTF-8 becomes U+FFFD, one for each maximal invalid part.
  std::string decode(std::span<const TokenId> ids, bool skip_special = true) const;

  std::size_t vocabulary_size() const;  ///< 1 + the largest id
  std::optional<TokenId> bos() const;
  std::optional<TokenId> eos() const;
  std::optional<TokenId> id(std::string_view token) const;
  std::size_t model_max_length() const;  ///< SIZE_MAX when unset

 private:
  struct State;
  explicit Tokenizer(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace tsugi::eval
