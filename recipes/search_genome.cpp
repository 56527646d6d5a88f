// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/search_genome.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "recipes/fields.h"

namespace tsugi::recipes {
namespace {

GeneRange read_range(const YamlMapping::Entry& entry) {
  const KnownKeys known{.keys = {"low", "high", "start", "step"}, .unadvertised = {}};
  const YamlMapping mapping(entry.value, fmt::format("the range of {}", entry.key), known, {});
  GeneRange range{.low = read_finite(mapping, "low"),
                  .high = read_finite(mapping, "high"),
                  .start = read_finite(mapping, "start"),
                  .mark = entry.mark,
                  .step = read_finite(mapping, "step")};
  if (range.low && range.high && *range.low >= *range.high) {
    throw InputError(mapping.find("low")->value.mark(),
                     fmt::format("low {} is not below high {}", *range.low, *range.high),
                     "exchange or widen them");
  }
  if (range.start && ((range.low && range.start < range.low) || (range.high && range.start > range.high))) {
    throw InputError(mapping.find("start")->value.mark(),
                     fmt::format("start {} is outside the range", *range.start),
                     "choose it between low and high");
  }
  if (range.step && *range.step < 0)
    mapping.find("step")->value.refuse("step", "a number above 0, or 0 for any value",
                                       "write for example 0.1");
  return range;
}

void read_groups(const YamlMapping& mapping, GenomeSpec& genome) {
  const YamlMapping::Entry* entry = mapping.find("layer_groups");
  if (entry == nullptr) return;
  genome.groups_mark = entry->value.mark();
  if (mapping.find("layer_granularity") != nullptr) {
    throw InputError(entry->mark, "layer_groups beside layer_granularity, which say the same in two ways",
                     "leave one of them out");
  }
  if (genome.smooth) {
    throw InputError(entry->mark, "layer_groups with smooth, whose points are equally far apart",
                     "use layer_granularity, or leave smooth out");
  }
  for (const YamlValue& item : entry->value.list("layer_groups")) {
    genome.layer_groups.push_back(
        static_cast<int>(item.integer("a group's number of layers", 1, std::numeric_limits<int>::max())));
  }
  if (genome.layer_groups.empty())
    entry->value.refuse("layer_groups", "at least one group", "write for example [1, 6, 1]");
}

// One text alone is a list of one.
std::vector<MarkedText> read_marked_texts(const YamlValue& value, std::string_view key) {
  std::vector<MarkedText> texts;
  for (const YamlValue& item : value.is_scalar() ? std::vector<YamlValue>{value} : value.list(key)) {
    const MarkedText text{.text = item.text(fmt::format("an entry of {}", key)), .mark = item.mark()};
    const auto same = [&](const MarkedText& other) { return other.text == text.text; };
    if (std::any_of(texts.begin(), texts.end(), same)) {
      throw InputError(text.mark, fmt::format("'{}' for the second time in {}", text.text, key),
                       "remove one of the two");
    }
    texts.push_back(text);
  }
  return texts;
}

// One method, or a list of methods to choose among.
void read_methods(const YamlMapping& mapping, GenomeSpec& genome) {
  const YamlValue& value = mapping.need("merge_method", "merge_method: task_arithmetic");
  std::vector<MarkedText> methods;
  if (value.is_list()) {
    methods = read_marked_texts(value, "merge_method");
    if (methods.empty())
      value.refuse("merge_method", "at least one method", "write for example [ties, dare_ties]");
  } else {
    methods.push_back({.text = value.text("merge_method"), .mark = value.mark()});
  }
  genome.merge_method = methods.front().text;
  genome.method_mark = methods.front().mark;
  genome.other_methods.assign(methods.begin() + 1, methods.end());
}

void read_roles(const YamlMapping& mapping, GenomeSpec& genome) {
  const YamlMapping::Entry* entry = mapping.find("roles");
  if (entry == nullptr) return;
  if (!genome.filters.empty())
    throw InputError(entry->mark, "roles beside filters", "write the filters as roles, or leave roles out");
  genome.roles = read_marked_texts(entry->value, "roles");
}

}  // namespace

std::vector<ModelReference> read_models(const YamlValue& list) {
  std::vector<ModelReference> models;
  for (const YamlValue& item : list.list("models")) {
    const ModelReference model = read_model(item, "a model");
    if (std::find(models.begin(), models.end(), model) != models.end()) {
      throw InputError(model.mark, fmt::format("model '{}' for the second time", model.text),
                       "list each model once");
    }
    models.push_back(model);
  }
  if (models.empty()) list.refuse("models", "at least one model", "list the models to merge");
  return models;
}

GenomeSpec read_genome(const YamlValue& value, bool may_be_models_only) {
  const KnownKeys known{.keys = {"models", "merge_method", "base_model", "tokenizer_source",
                                 "layer_granularity", "normalize", "allow_negative_weights", "filters",
                                 "smooth", "layer_groups", "roles", "outside_layers", "ranges", "dtype"},
                        .unadvertised = {}};
  const YamlMapping mapping(value, "genome", known, {});
  GenomeSpec genome;
  genome.models = read_models(mapping.need("models", "models: [models/a, models/b]"));
  if (may_be_models_only && mapping.entries().size() == 1) return genome;
  read_methods(mapping, genome);
  genome.base_model = read_optional_model(mapping, "base_model");
  if (const auto* source = mapping.find("tokenizer_source")) {
    genome.tokenizer_source =
        MarkedText{.text = source->value.text("tokenizer_source"), .mark = source->value.mark()};
  }
  genome.layer_granularity = read_count(mapping, "layer_granularity", 0, genome.layer_granularity);
  if (const auto* entry = mapping.find("normalize")) genome.normalize = entry->value.boolean("normalize");
  genome.allow_negative_weights = read_flag(mapping, "allow_negative_weights", genome.allow_negative_weights);
  genome.filters = read_texts(mapping, "filters");
  genome.smooth = read_flag(mapping, "smooth", genome.smooth);
  read_groups(mapping, genome);
  read_roles(mapping, genome);
  genome.outside_layers = read_flag(mapping, "outside_layers", genome.outside_layers);
  if (const auto* ranges = mapping.find("ranges")) {
    for (const auto& entry : YamlMapping(ranges->value, "ranges").entries()) {
      genome.ranges.emplace(entry.key, read_range(entry));
    }
  }
  genome.dtype = read_dtype(mapping, "dtype");
  return genome;
}

std::string methods_text(const GenomeSpec& genome) {
  if (genome.merge_method.empty()) return "passthrough";  // layers are searched alone
  std::string text = genome.merge_method;
  for (const MarkedText& method : genome.other_methods) text += ", " + method.text;
  return text;
}

}  // namespace tsugi::recipes
