// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Python's re on PCRE2: the same pattern finds the same matches.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::eval {

/// A compiled pattern. Immutable; safe to use from any thread.
///
/// The pattern is read by Python 3.11's grammar and written in PCRE2's (python_pattern.cpp). What Python
/// refuses is an InputError, and so is what PCRE2 would do in another way: the flag a, \N, references to
/// groups under the flag i, and {n,m} of what may be empty.
class PythonRegex {
 public:
  /// Throws InputError at `where` ("task.yaml:17:9").
  PythonRegex(const std::string& pattern, const std::string& where);

  /// One entry of re.findall.
  struct Match {
    std::string whole;
    std::vector<std::string> groups;  ///< a group that took no part is ""
  };

  /// re.findall, by Python 3.7's rule for empty matches. `text` must be UTF-8. Throws InputError when the
  /// pattern needs more than ten million steps on this text.
  std::vector<Match> find_all(const std::string& text) const;

  /// re.sub(pattern, by, text)
  std::string replace(const std::string& text, const std::function<std::string(const Match&)>& by) const;

  /// re.sub(pattern, "", text)
  std::string remove(const std::string& text) const;

 private:
  struct Compiled;
  std::shared_ptr<const Compiled> compiled_;
};

/// The pattern compiled at its first use and kept for the rest of the program: task files hold few. From any
/// thread.
const PythonRegex& compiled_regex(const std::string& pattern, const std::string& where);

/// The pattern in PCRE2's syntax. Throws std::invalid_argument with a reason for what is not valid in Python,
/// std::domain_error for what PCRE2 does in another way.
std::string pcre_pattern(std::string_view pattern);

}  // namespace tsugi::eval
