// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/columns.h"

#include <algorithm>
#include <bit>

#include "eval/tasks/arrow_time.h"
#include "eval/tasks/ujson.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

enum Kind : std::uint8_t { boolean = 1, whole = 2, real = 4, text = 8, list = 16, object = 32 };

constexpr std::uint8_t kNumber = whole | real;

std::uint8_t kind_of(const Json& value) {
  if (value.is_null()) return 0;
  if (value.is_boolean()) return boolean;
  if (value.is_number_float()) return real;
  if (value.is_number()) return whole;
  if (value.is_string()) return text;
  return value.is_array() ? list : object;
}

}  // namespace

Column& Column::member(const std::string& name) {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const auto& entry) { return entry.first == name; });
  if (found != members_.end()) return *found->second;
  return *members_.emplace_back(name, std::make_unique<Column>(finds_times_)).second;
}

bool Column::observe(const Json& value, int depth) {
  constexpr int kDeepest = 64;
  if (depth > kDeepest) return false;
  ++seen_;
  kinds_ |= kind_of(value);
  if (value.is_string()) only_times_ = only_times_ && arrow_time(value.get_ref<const std::string&>());
  if (value.is_array()) {
    if (element_ == nullptr) element_ = std::make_unique<Column>(finds_times_);
    return std::all_of(value.begin(), value.end(),
                       [&](const Json& item) { return element_->observe(item, depth + 1); });
  }
  if (!value.is_object()) return true;
  ++objects_;
  return std::all_of(value.items().begin(), value.items().end(), [&](const auto& entry) {
    return member(entry.key()).observe(entry.value(), depth + 1);
  });
}

bool Column::is_ragged() const {
  return std::any_of(members_.begin(), members_.end(),
                     [&](const auto& entry) { return entry.second->seen_ != objects_; });
}

bool Column::is_mixed() const {
  if (kinds_ != kNumber && std::popcount(kinds_) > 1) return true;
  if (element_ != nullptr && element_->is_mixed()) return true;
  return std::any_of(members_.begin(), members_.end(), [&](const auto& entry) {
    const Column& member = *entry.second;
    return member.is_mixed() || (member.kinds_ == object && member.is_ragged());
  });
}

Json Column::settled(const Json& value) const {
  if (value.is_null()) return value;
  if (kinds_ == kNumber) return value.get<double>();
  if (kinds_ == text && only_times_) return *arrow_time(value.get_ref<const std::string&>());
  if (kinds_ == list) {
    Json items = Json::array();
    for (const Json& item : value) items.push_back(element_->settled(item));
    return items;
  }
  if (kinds_ == object && !is_ragged()) return settled_row(value);
  return std::popcount(kinds_) > 1 || kinds_ == object ? ujson_value(value) : value;
}

Json Column::settled_row(const Json& row) const {
  Json members = Json::object();
  for (const auto& [name, column] : members_) {
    const auto found = row.find(name);
    members[name] = found == row.end() ? Json(nullptr) : column->settled(*found);
  }
  return members;
}

std::vector<std::string> Column::names() const {
  std::vector<std::string> names;
  for (const auto& [name, column] : members_) names.push_back(name);
  return names;
}

}  // namespace tsugi::eval
