// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/search_race.h"

#include <limits>

#include "recipes/fields.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {
namespace {

std::optional<int> read_items(const YamlMapping& race, std::string_view key) {
  const YamlMapping::Entry* entry = race.find(key);
  if (entry == nullptr) return std::nullopt;
  return static_cast<int>(entry->value.integer(key, 1, std::numeric_limits<int>::max()));
}

}  // namespace

std::optional<RaceSpec> read_race(const YamlMapping& search) {
  const YamlMapping::Entry* entry = search.find("race");
  if (entry == nullptr) return std::nullopt;
  RaceSpec race;
  race.mark = entry->mark;
  if (entry->value.is_scalar()) {
    if (!entry->value.boolean("race")) return std::nullopt;
    return race;
  }
  const KnownKeys known{.keys = {"first", "block", "error"}, .unadvertised = {}};
  const YamlMapping mapping(entry->value, "race", known, {});
  race.first = read_items(mapping, "first");
  race.block = read_items(mapping, "block");
  if (const auto error = read_finite(mapping, "error")) {
    if (*error <= 0 || *error >= 1)
      mapping.find("error")->value.refuse("error", "a number between 0 and 1", "write for example 0.2");
    race.error = *error;
  }
  return race;
}

}  // namespace tsugi::recipes
