// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/search_items.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "recipes/fields.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {
namespace {

Estimator read_estimator(const YamlMapping& items, Estimator standard) {
  const YamlMapping::Entry* entry = items.find("estimator");
  if (entry == nullptr) return standard;
  const std::string name = entry->value.text("estimator");
  const auto found = std::find(kEstimators.begin(), kEstimators.end(), name);
  if (found == kEstimators.end())
    entry->value.refuse("estimator", fmt::format("one of {}", fmt::join(kEstimators, ", ")),
                        "leave it out for gp_irt");
  return static_cast<Estimator>(found - kEstimators.begin());
}

}  // namespace

std::optional<ItemsSpec> read_items(const YamlMapping& search) {
  const YamlMapping::Entry* entry = search.find("items");
  if (entry == nullptr) return std::nullopt;
  const KnownKeys known{.keys = {"subset", "estimator", "dimensions", "full_generations"},
                        .unadvertised = {}};
  const YamlMapping mapping(entry->value, "items", known, {});
  ItemsSpec items;
  items.mark = entry->mark;
  items.subset = static_cast<int>(
      mapping.need("subset", "subset: 100").integer("subset", 1, std::numeric_limits<int>::max()));
  items.estimator = read_estimator(mapping, items.estimator);
  constexpr int kMostDimensions = 10;  // tinyBenchmarks' largest; a run has too few models for more
  if (const auto* dimensions = mapping.find("dimensions"))
    items.dimensions = static_cast<int>(dimensions->value.integer("dimensions", 1, kMostDimensions));
  items.full_generations = read_count(mapping, "full_generations", 0, items.full_generations);
  return items;
}

}  // namespace tsugi::recipes
