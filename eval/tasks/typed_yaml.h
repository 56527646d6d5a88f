// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// YAML values as PyYAML's safe loader types them (YAML 1.1), each with its place.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recipes/error.h"

namespace tsugi::eval {

/// A value of a task file. Mappings keep the order of the file.
struct TypedYaml {
  struct Member;

  Mark mark;
  nlohmann::ordered_json scalar;  ///< null, boolean, number or text; null for the other two
  bool is_list = false;
  bool is_mapping = false;
  std::string function;          ///< "utils.process_docs" of a value with the tag !function, else ""
  std::vector<TypedYaml> items;  ///< of a list
  std::vector<Member> members;   ///< of a mapping

  bool is_null() const { return !is_list && !is_mapping && function.empty() && scalar.is_null(); }
  bool is_text() const { return scalar.is_string(); }
  /// The member of that name, null when there is none.
  const TypedYaml* find(std::string_view key) const;
  /// A function is the text "!function NAME".
  nlohmann::ordered_json json() const;
  /// For messages: "'text'", "42", "a list".
  std::string seen() const;
};

struct TypedYaml::Member {
  std::string key;          ///< as written
  bool is_text_key = true;  ///< false for 1:, yes:, null: and the like
  Mark mark;                ///< of the key
  TypedYaml value;
};

/// Types the whole document. Throws InputError for broken YAML and for tags other than `!function`.
TypedYaml read_typed_yaml(std::string_view text, const std::string& file);

/// The value of a plain (unquoted) scalar by YAML 1.1's implicit types as PyYAML resolves them:
/// yes/no/on/off, octal 010, 0x1F, 0b1, 1_000, 190:20:30, floats with a dot, .inf, .nan, ~ and null. Dates
/// stay as written. Throws InputError for a whole number beyond 64 bits.
nlohmann::ordered_json resolve_plain_scalar(const std::string& text, const Mark& mark);

}  // namespace tsugi::eval
