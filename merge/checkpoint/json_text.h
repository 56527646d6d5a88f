// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A JSON text in which single values are exchanged while all else stays byte for byte: order of keys, layout,
// and numbers that no double holds.
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tsugi::merge {

/// Every member function takes a path of object keys from the outermost object. New values are laid out as
/// their neighbours are.
class JsonText {
 public:
  using Path = std::vector<std::string_view>;
  using Json = nlohmann::ordered_json;

  /// `text` must be JSON that parse_json has accepted, with an object outermost.
  explicit JsonText(std::string text) : text_(std::move(text)) {}

  const std::string& text() const { return text_; }
  bool contains(const Path& path) const { return place_of(path).has_value(); }

  /// Exchanges the value, or adds the last key of the path to its object. The object must be there.
  void set(const Path& path, const Json& value);
  /// Removes a member; nothing happens when it is not there.
  void erase(const Path& path);
  /// Removes members of an object, or elements of an array, whose value keep() does not want. `key` is empty
  /// in an array. Nothing happens when it is not there.
  void filter(const Path& path,
              const std::function<bool(const std::string& key, std::string_view value)>& keep);
  /// Adds elements to an array, or members with keys that it does not have to an object, in order; it must be
  /// there.
  void append(const Path& path, const std::vector<Json>& elements);
  void append_members(const Path& path, const std::vector<std::pair<std::string, Json>>& members);

 private:
  struct Child {
    std::size_t begin;  ///< of the key, or of the value in an array
    std::size_t value;
    std::size_t end;
  };
  /// The parts of an object or array: its children, the text before the first, between two, after the last.
  struct Parts {
    std::size_t begin;  ///< of the opening bracket
    std::size_t end;    ///< one past the closing one
    std::vector<Child> children;
  };

  std::optional<std::size_t> place_of(const Path& path) const;
  std::optional<Child> member(std::size_t object, std::string_view key) const;
  Parts parts(std::size_t at) const;
  std::string laid_out(const Json& value, std::string_view lead) const;
  /// The text between a bracket and what follows it, for a container that is filled or may be empty.
  std::string lead_of(const Parts& parts) const;
  std::string member_text(const Parts& holder, std::string_view key, const Json& value) const;
  void add(const Parts& parts, const std::vector<std::string>& texts);

  std::string text_;
};

}  // namespace tsugi::merge
