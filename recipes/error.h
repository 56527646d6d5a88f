// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Errors for people. Every message is one line: where, what was seen, what was expected, the cure.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tsugi {

/// Where in a text something stands. Lines and columns count from 1; 0 means "not known".
struct Mark {
  std::string file;
  int line = 0;
  int column = 0;

  /// "recipe.yaml:4:3", "items.jsonl:17" or "config.json".
  std::string text() const;
};

/// Something that should have worked did not (exit code 1): a full disk, a broken invariant.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What the user gave cannot be used (exit code 2).
class InputError : public Error {
 public:
  /// `what` says what was seen and what was expected, `cure` what to do; both without a final full stop.
  /// The message is "WHERE: WHAT; CURE".
  InputError(const Mark& where, std::string_view what, std::string_view cure);
  InputError(std::string_view where, std::string_view what, std::string_view cure);
};

/// Stopped, on request or for a full disk, with everything kept (exit code 3).
class Interrupted : public Error {
 public:
  using Error::Error;
};

/// The candidate nearest to `word` by edit distance, or "" when none is within a third of its length.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// A cure: "did you mean 'x'?" when one candidate is near, else "known: a, b, c".
std::string suggestion(std::string_view word, std::span<const std::string> candidates);

}  // namespace tsugi
