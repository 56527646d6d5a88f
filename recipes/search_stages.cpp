// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/search_stages.h"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "recipes/search_optimizer.h"

namespace tsugi::recipes {
namespace {

// Weights first: their winner is a source of the layers.
constexpr std::array<std::string_view, 2> kSpaces = {"weights", "layers"};

StageSpec read_stage(const YamlValue& value, const YamlMapping& top, std::size_t number) {
  const KnownKeys known{.keys = {"space", "evaluations", "optimizer"}, .unadvertised = {}};
  const YamlMapping mapping(value, "a stage", known, {});
  StageSpec stage;
  stage.mark = value.mark();
  const YamlValue& space = mapping.need("space", "space: weights");
  if (number >= kSpaces.size() || space.text("space") != kSpaces.at(number))
    space.refuse("space", "weights in the first stage and layers in the second",
                 "write stages: [{space: weights, evaluations: 100}, {space: layers, evaluations: 100}]");
  const YamlValue& evaluations = mapping.need("evaluations", "evaluations: 100");
  stage.evaluations =
      static_cast<int>(evaluations.integer("evaluations", 1, std::numeric_limits<int>::max() / 2));
  stage.optimizer = read_optimizer(mapping.find("optimizer") != nullptr ? mapping : top);
  return stage;
}

}  // namespace

std::vector<StageSpec> read_stages(const YamlMapping& top, bool both) {
  const YamlMapping::Entry* entry = top.find("stages");
  if (entry == nullptr) return {};
  if (!both) {
    throw InputError(entry->mark, "stages of a search without both a genome with merge_method and layers",
                     "add what is missing, or remove stages");
  }
  std::vector<StageSpec> stages;
  for (const YamlValue& item : entry->value.list("stages"))
    stages.push_back(read_stage(item, top, stages.size()));
  if (stages.size() != kSpaces.size())
    throw InputError(entry->mark, fmt::format("{} stages, expected weights and layers", stages.size()),
                     "leave stages out to search one space, or both together");
  return stages;
}

}  // namespace tsugi::recipes
