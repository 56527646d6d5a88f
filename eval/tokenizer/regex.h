// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Regular expressions of tokenizer.json that have no scanner of their own: the syntax of Oniguruma (Ruby),
// run by PCRE2 with every class of Unicode spelled out, so that its answers are those of Unicode 16.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tsugi::eval::tokenization {

/// Immutable; safe to use from any thread.
class Regex {
 public:
  /// Throws std::invalid_argument saying what in the pattern is not understood.
  explicit Regex(const std::string& pattern);

  /// Calls found(begin, end) for each match that is not empty, from left to right. `text` must be UTF-8.
  /// Throws InputError when a match takes more than ten million steps.
  void each_match(std::string_view text, const std::function<void(std::size_t, std::size_t)>& found) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

/// The pattern in PCRE2's syntax.
std::string pcre_of_oniguruma(const std::string& pattern);

}  // namespace tsugi::eval::tokenization
