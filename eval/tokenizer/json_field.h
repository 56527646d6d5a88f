// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A value inside a JSON file together with where it stands, so that every error can say so.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eval/model/model_files.h"

namespace tsugi::eval::tokenization {

/// A JSON file of a model. Throws InputError when it is not there, cannot be read or is not JSON.
nlohmann::json read_json(const ModelFiles& files, const std::string& name);

/// A view: the JSON value must outlive it. Every accessor throws InputError when the value is of another
/// kind.
class Field {
 public:
  /// `file` is what errors call the file.
  Field(const nlohmann::json& value, std::string file) : value_(&value), file_(std::move(file)) {}

  Field at(std::string_view key) const;                   ///< required member
  std::optional<Field> find(std::string_view key) const;  ///< absent or null: nullopt
  std::vector<Field> items() const;                       ///< elements of an array

  std::string text() const;
  bool boolean() const;
  std::uint64_t whole_number() const;
  bool boolean_or(std::string_view key, bool fallback) const;  ///< absent or null: fallback
  std::optional<std::string> text_of(std::string_view key) const;

  const nlohmann::json& json() const { return *value_; }
  const std::string& file() const { return file_; }
  std::string where() const;
  [[noreturn]] void refuse(std::string_view what, std::string_view cure) const;

 private:
  Field(const nlohmann::json& value, const Field& parent, std::string_view step);

  const nlohmann::json* value_;
  std::string file_;
  std::string path_;
  std::size_t depth_ = 0;
};

}  // namespace tsugi::eval::tokenization
