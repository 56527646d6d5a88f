// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Typed reading of YAML nodes: what a field holds, or an InputError that names the field, its place and what
// was seen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recipes/error.h"
#include "recipes/yaml.h"

namespace tsugi::recipes {

/// A finite number as recipes write it: "2", "-.5", "1e-5", "1_000". No octal, hexadecimal, infinities or
/// NaN.
std::optional<double> number_in(std::string_view text);

/// true/false, yes/no, on/off, t/f, y/n, 1/0 in any case: YAML 1.1's words and what mergekit takes as text.
std::optional<bool> boolean_in(std::string_view text);

/// A node and its file. `what` names the field in messages.
class YamlValue {
 public:
  YamlValue(const YAML::Node& node, std::string file)
      : node_(node), file_(std::move(file)), mark_(mark_of(node_, file_)) {}
  /// `holder` is the key or list that holds the node: yaml-cpp places a value that was left out at the next
  /// token.
  YamlValue(const YAML::Node& node, std::string file, const Mark& holder) : YamlValue(node, std::move(file)) {
    if (node_.IsNull()) mark_ = holder;
  }

  const Mark& mark() const { return mark_; }
  bool is_null() const { return node_.IsNull(); }
  bool is_scalar() const { return node_.IsScalar(); }
  bool is_list() const { return node_.IsSequence(); }
  bool is_mapping() const { return node_.IsMap(); }

  /// Any scalar that is not null or empty, as written.
  std::string text(std::string_view what) const;
  double number(std::string_view what) const;
  bool boolean(std::string_view what) const;
  /// A whole number in [low, high].
  std::int64_t integer(std::string_view what, std::int64_t low, std::int64_t high) const;
  /// A whole number from 0 to 2^64 - 1.
  std::uint64_t seed(std::string_view what) const;
  std::vector<YamlValue> list(std::string_view what) const;

  /// Throws InputError here: "WHAT is SEEN, expected EXPECTED; CURE".
  [[noreturn]] void refuse(std::string_view what, std::string_view expected, std::string_view cure) const;
  /// What stands here, short enough for a message: "'abc'", "a list", "nothing".
  std::string seen() const;

 private:
  friend class YamlMapping;
  YAML::Node node_;
  std::string file_;
  Mark mark_;
};

/// What happens to keys that nobody knows: refused, or listed.
struct UnknownKeys {
  bool refuse = true;
  std::vector<std::string>* notes = nullptr;
};

/// The keys a mapping may have.
struct KnownKeys {
  std::vector<std::string> keys;
  std::vector<std::string> unadvertised;  ///< accepted, but never named as a cure
};

/// A mapping whose keys have been checked.
class YamlMapping {
 public:
  struct Entry {
    std::string key;
    Mark mark;  ///< of the key
    YamlValue value;
  };

  /// Keys are free (parameter names).
  YamlMapping(const YamlValue& value, std::string_view what);
  /// Keys outside `known` are refused or noted. `what` completes "expected a mapping with ...".
  YamlMapping(const YamlValue& value, std::string_view what, const KnownKeys& known,
              const UnknownKeys& unknown);

  const std::vector<Entry>& entries() const& { return entries_; }
  std::vector<Entry> entries() && { return std::move(entries_); }
  /// The entry unless the key is absent or null.
  const Entry* find(std::string_view key) const;
  /// As find; InputError "WHAT has no KEY" with `example` as the cure.
  const YamlValue& need(std::string_view key, std::string_view example) const;
  Mark mark() const { return mark_; }

 private:
  std::string what_;
  Mark mark_;
  std::vector<Entry> entries_;  ///< as in the file
};

}  // namespace tsugi::recipes
