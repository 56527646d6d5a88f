// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Contexts and continuations to token ids, as lm-evaluation-harness's Hugging Face backend does it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eval/tasks/task.h"
#include "eval/tokenizer/tokenizer.h"

namespace tsugi::eval {

/// The text of a token; "" without one.
std::string text_of(const Tokenizer& tokenizer, std::optional<TokenId> id);

/// No special tokens are added to a text that already begins with the text of `first`.
std::vector<TokenId> encode(const Tokenizer& tokenizer, const std::string& text, const std::string& first);

struct TokenPair {
  std::vector<TokenId> context;
  std::vector<TokenId> continuation;
};

/// The context is encoded on its own and the continuation is what the whole has beyond its length, also where
/// a merge crosses the border. Whitespace at the end of a context moves to the continuation. Not thread-safe.
class PairEncoder {
 public:
  /// `tokenizer` must outlive it.
  explicit PairEncoder(const Tokenizer& tokenizer);

  /// Requests that follow each other mostly share their context, which is then encoded once.
  std::vector<TokenPair> encode_all(std::span<const ContinuationText> requests);

  /// A whole text in windows, each token scored once (lm_eval/utils.py: get_rolling_token_windows,
  /// make_disjoint_window, with a context of one token).
  std::vector<TokenPair> encode_windows(const std::string& text, std::size_t max_length) const;

 private:
  TokenPair without_context(const std::string& continuation) const;

  const Tokenizer& tokenizer_;
  std::optional<TokenId> prefix_;
  std::string prefix_text_;
  std::string last_;
  std::vector<TokenId> last_ids_;
};

}  // namespace tsugi::eval
