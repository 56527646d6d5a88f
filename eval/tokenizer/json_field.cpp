// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tokenizer/json_field.h"

#include <fmt/format.h>

#include "recipes/error.h"

namespace tsugi::eval::tokenization {
namespace {

// Sequences may hold sequences, and each level is a level of recursion here; real files have three.
constexpr std::size_t kMaxDepth = 64;

}  // namespace

nlohmann::json read_json(const ModelFiles& files, const std::string& name) {
  const std::optional<std::string> text = files.find(name);
  if (!text)
    throw InputError(files.path(name), "cannot be read",
                     "a model folder needs this file to turn text into tokens");
  try {
    return nlohmann::json::parse(*text);
  } catch (const nlohmann::json::parse_error& error) {
    throw InputError(files.path(name), fmt::format("not JSON at byte {}", error.byte),
                     "fetch the file again");
  } catch (const nlohmann::json::exception&) {  // a number beyond all types
    throw InputError(files.path(name), "a number that is too large", "fetch the file again");
  }
}

Field::Field(const nlohmann::json& value, const Field& parent, std::string_view step)
    : value_(&value),
      file_(parent.file_),
      path_(parent.path_ + std::string(step)),
      depth_(parent.depth_ + 1) {
  if (depth_ > kMaxDepth) refuse("nested deeper than 64 levels", "fetch the file again");
}

Field Field::at(std::string_view key) const {
  if (!value_->is_object()) refuse("is not an object", "fetch the file again");
  const auto found = value_->find(key);
  if (found == value_->end()) refuse(fmt::format("has no '{}'", key), "fetch the file again");
  return {*found, *this, fmt::format("{}{}", path_.empty() ? "" : ".", key)};
}

std::optional<Field> Field::find(std::string_view key) const {
  if (!value_->is_object()) refuse("is not an object", "fetch the file again");
  const auto found = value_->find(key);
  if (found == value_->end() || found->is_null()) return std::nullopt;
  return at(key);
}

std::vector<Field> Field::items() const {
  if (!value_->is_array()) refuse("is not a list", "fetch the file again");
  std::vector<Field> fields;
  fields.reserve(value_->size());
  for (std::size_t i = 0; i < value_->size(); ++i)
    fields.push_back({(*value_)[i], *this, fmt::format("[{}]", i)});
  return fields;
}

std::string Field::text() const {
  if (!value_->is_string()) refuse("is not a text", "fetch the file again");
  return value_->get<std::string>();
}

bool Field::boolean() const {
  if (!value_->is_boolean()) refuse("is neither true nor false", "fetch the file again");
  return value_->get<bool>();
}

std::uint64_t Field::whole_number() const {
  if (!value_->is_number_unsigned()) refuse("is not a whole number of 0 or more", "fetch the file again");
  return value_->get<std::uint64_t>();
}

bool Field::boolean_or(std::string_view key, bool fallback) const {
  const std::optional<Field> field = find(key);
  return field ? field->boolean() : fallback;
}

std::optional<std::string> Field::text_of(std::string_view key) const {
  const std::optional<Field> field = find(key);
  return field ? std::optional(field->text()) : std::nullopt;
}

std::string Field::where() const {
  return path_.empty() ? file_ : fmt::format("{}: {}", file_, path_);
}

void Field::refuse(std::string_view what, std::string_view cure) const {
  throw InputError(where(), what, cure);
}

}  // namespace tsugi::eval::tokenization
