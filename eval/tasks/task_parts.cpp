// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/task_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace tsugi::eval {

const TypedYaml* find_set(const TypedYaml& mapping, std::string_view key) {
  const TypedYaml* value = mapping.find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

void refuse_value(const TypedYaml& value, std::string_view what, std::string_view expected,
                  std::string_view cure) {
  throw InputError(value.mark, fmt::format("{} is {}, expected {}", what, value.seen(), expected), cure);
}

std::string text_of(const TypedYaml& value, std::string_view what) {
  if (!value.is_text()) refuse_value(value, what, "text", "put it in quotes");
  return value.scalar.get<std::string>();
}

void check_keys(const TypedYaml& mapping, std::string_view what,
                std::initializer_list<std::string_view> keys) {
  const std::vector<std::string> known(keys.begin(), keys.end());
  if (!mapping.is_mapping) refuse_value(mapping, what, "a mapping", suggestion("", known));
  for (const TypedYaml::Member& member : mapping.members) {
    if (std::find(known.begin(), known.end(), member.key) == known.end()) {
      throw InputError(member.mark, fmt::format("unknown key '{}' in {}", member.key, what),
                       suggestion(member.key, known));
    }
  }
}

}  // namespace tsugi::eval
