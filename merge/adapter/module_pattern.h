// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The regular expressions by which an adapter's configuration picks modules.
#pragma once

#include <memory>
#include <string>

namespace tsugi::merge {

/// One key of rank_pattern or alpha_pattern. Matches the whole of a module's name, or the end of it behind a
/// dot (PEFT, get_pattern_key). Dots of a key are any character. Immutable; any thread may match.
class ModulePattern {
 public:
  /// Throws InputError naming `where` for a pattern that cannot be read.
  ModulePattern(const std::string& key, const std::string& where);
  ~ModulePattern();
  ModulePattern(const ModulePattern&) = delete;
  ModulePattern& operator=(const ModulePattern&) = delete;

  /// Throws InputError for a pattern that takes too long.
  bool matches(const std::string& module) const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace tsugi::merge
