// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/search_genome.h"

#include <fmt/format.h>

#include <algorithm>

#include "recipes/fields.h"

namespace tsugi::recipes {
namespace {

void refuse_tokenizer_source(const YamlMapping& genome) {
  const YamlMapping::Entry* entry = genome.find("tokenizer_source");
  if (entry == nullptr || (entry->value.is_scalar() && entry->value.text("tokenizer_source") == "base"))
    return;
  entry->value.refuse("tokenizer_source", "base, which is all that this version of tsugi does",
                      "remove it; all models must share the base model's vocabulary");
}

GeneRange read_range(const YamlMapping::Entry& entry) {
  const KnownKeys known{.keys = {"low", "high", "start"}, .unadvertised = {}};
  const YamlMapping mapping(entry.value, fmt::format("the range of {}", entry.key), known, {});
  GeneRange range{.low = read_finite(mapping, "low"),
                  .high = read_finite(mapping, "high"),
                  .start = read_finite(mapping, "start"),
                  .mark = entry.mark};
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
  return range;
}

std::vector<ModelReference> read_genome_models(const YamlMapping& genome) {
  const YamlValue& list = genome.need("models", "models: [models/a, models/b]");
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

}  // namespace

GenomeSpec read_genome(const YamlValue& value) {
  const KnownKeys known{
      .keys = {"models", "merge_method", "base_model", "layer_granularity", "normalize",
               "allow_negative_weights", "filters", "smooth", "outside_layers", "ranges", "dtype"},
      .unadvertised = {"tokenizer_source"}};
  const YamlMapping mapping(value, "genome", known, {});
  refuse_tokenizer_source(mapping);
  GenomeSpec genome;
  genome.models = read_genome_models(mapping);
  const YamlValue& method = mapping.need("merge_method", "merge_method: task_arithmetic");
  genome.merge_method = method.text("merge_method");
  genome.method_mark = method.mark();
  genome.base_model = read_optional_model(mapping, "base_model");
  genome.layer_granularity = read_count(mapping, "layer_granularity", 0, genome.layer_granularity);
  if (const auto* entry = mapping.find("normalize")) genome.normalize = entry->value.boolean("normalize");
  genome.allow_negative_weights = read_flag(mapping, "allow_negative_weights", genome.allow_negative_weights);
  genome.filters = read_texts(mapping, "filters");
  genome.smooth = read_flag(mapping, "smooth", genome.smooth);
  genome.outside_layers = read_flag(mapping, "outside_layers", genome.outside_layers);
  if (const auto* ranges = mapping.find("ranges")) {
    for (const auto& entry : YamlMapping(ranges->value, "ranges").entries()) {
      genome.ranges.emplace(entry.key, read_range(entry));
    }
  }
  genome.dtype = read_dtype(mapping, "dtype");
  return genome;
}

}  // namespace tsugi::recipes
