// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The type of a column, learnt from all its values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace tsugi::eval {

/// What has been seen in one place of all documents.
class Column {
 public:
  /// `finds_times`: texts that are all times become such, as in JSON and not in tables.
  explicit Column(bool finds_times = true) : only_times_(finds_times), finds_times_(finds_times) {}

  /// False when the value is nested deeper than 64, which no data set is.
  bool observe(const nlohmann::ordered_json& value, int depth = 0);
  /// The value as `datasets` 5.2 hands it back.
  nlohmann::ordered_json settled(const nlohmann::ordered_json& value) const;
  /// The same of a whole row, whose missing members become null; deeper objects with different keys stay as
  /// they are.
  nlohmann::ordered_json settled_row(const nlohmann::ordered_json& row) const;
  /// Whether values or the members of objects differ in kind, for which `datasets` reads a JSON file another
  /// way.
  bool is_mixed() const;
  std::vector<std::string> names() const;  ///< of the members of objects, in order of first appearance

 private:
  Column& member(const std::string& name);
  bool is_ragged() const;

  std::size_t seen_ = 0;     ///< values, null among them
  std::size_t objects_ = 0;  ///< of those
  std::uint8_t kinds_ = 0;   ///< bits of Kind
  bool only_times_;          ///< of the texts
  bool finds_times_;
  std::vector<std::pair<std::string, std::unique_ptr<Column>>> members_;
  std::unique_ptr<Column> element_;
};

}  // namespace tsugi::eval
