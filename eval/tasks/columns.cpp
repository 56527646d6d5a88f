// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/columns.h"

#include <algorithm>

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

/// "2024-01-02", "2024-01-02 03:04:05" or with a T between; Arrow takes these for times.
bool is_date(const std::string& value) {
  constexpr std::string_view kShape = "0000-00-00 00:00:00";
  constexpr std::size_t kDateOnly = 10;
  if (value.size() != kShape.size() && value.size() != kDateOnly) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool digit = value[i] >= '0' && value[i] <= '9';
    if (kShape[i] == '0' ? !digit : value[i] != kShape[i] && !(i == kDateOnly && value[i] == 'T'))
      return false;
  }
  const auto number = [&](std::size_t at) { return (value[at] - '0') * 10 + (value[at + 1] - '0'); };
  const int year = number(0) * 100 + number(2);
  const int month = number(5);
  const int day = number(8);
  if (month < 1 || month > 12 || day < 1 || year == 0) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int days = month == 2                                                ? (leap ? 29 : 28)
                   : (month == 4 || month == 6 || month == 9 || month == 11) ? 30
                                                                             : 31;
  if (day > days) return false;
  return value.size() == kDateOnly || (number(11) < 24 && number(14) < 60 && number(17) < 60);
}

/// str() of the Python datetime that such a column gives.
std::string as_time(std::string value) {
  if (value.size() == 10) return value + " 00:00:00";
  value[10] = ' ';
  return value;
}

}  // namespace

Column& Column::member(const std::string& name) {
  const auto found =
      std::find_if(members_.begin(), members_.end(), [&](const auto& entry) { return entry.first == name; });
  if (found != members_.end()) return *found->second;
  return *members_.emplace_back(name, std::make_unique<Column>()).second;
}

bool Column::observe(const Json& value, int depth) {
  constexpr int kDeepest = 64;
  if (depth > kDeepest) return false;
  ++seen_;
  kinds_ |= kind_of(value);
  if (value.is_string()) only_dates_ = only_dates_ && is_date(value.get_ref<const std::string&>());
  if (value.is_array()) {
    if (element_ == nullptr) element_ = std::make_unique<Column>();
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

Json Column::settled(const Json& value) const {
  if (value.is_null()) return value;
  if (kinds_ == kNumber) return value.get<double>();
  if (kinds_ == text && only_dates_) return as_time(value.get<std::string>());
  if (kinds_ == list) {
    Json items = Json::array();
    for (const Json& item : value) items.push_back(element_->settled(item));
    return items;
  }
  return kinds_ == object && !is_ragged() ? settled_row(value) : value;
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
