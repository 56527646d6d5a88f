// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/search_layers.h"

#include <fmt/format.h>

#include "recipes/fields.h"
#include "recipes/search_genome.h"

namespace tsugi::recipes {
namespace {

LayerForm read_form(const YamlMapping& layers) {
  const YamlMapping::Entry* entry = layers.find("form");
  if (entry == nullptr) return LayerForm::indicator;
  const std::string form = entry->value.text("form");
  if (form == "path") return LayerForm::path;
  if (form != "indicator") entry->value.refuse("form", "indicator or path", "leave it out for indicator");
  return LayerForm::indicator;
}

int read_repeats(const YamlMapping& layers, LayerForm form, int standard) {
  const YamlMapping::Entry* entry = layers.find("repeats");
  if (entry != nullptr && form == LayerForm::path) {
    throw InputError(entry->mark, "repeats with form: path, in which any layer may come again", "remove it");
  }
  return read_count(layers, "repeats", 1, standard);
}

void read_scales(const YamlMapping& layers, LayerSpec& spec) {
  const YamlMapping::Entry* entry = layers.find("scales");
  if (entry == nullptr) return;
  spec.scales_mark = entry->value.mark();
  const std::string scales = entry->value.text("scales");
  spec.scales = scales == "hop";
  if (!spec.scales && scales != "none") entry->value.refuse("scales", "hop or none", "leave it out for hop");
}

// Scales are searched on a logarithmic scale from 1, at which nothing changes.
void read_scale_range(const YamlMapping& layers, LayerSpec& spec) {
  const YamlMapping::Entry* entry = layers.find("scale_range");
  if (entry == nullptr) return;
  if (!spec.scales) {
    throw InputError(entry->mark, "scale_range with scales: none", "remove one of the two");
  }
  const KnownKeys known{.keys = {"low", "high", "product"}, .unadvertised = {}};
  const YamlMapping range(entry->value, "scale_range", known, {});
  spec.lowest_scale = read_finite(range, "low").value_or(spec.lowest_scale);
  spec.highest_scale = read_finite(range, "high").value_or(spec.highest_scale);
  spec.most_product = read_finite(range, "product").value_or(spec.most_product);
  const bool holds_one = spec.lowest_scale > 0 && spec.lowest_scale <= 1 && spec.highest_scale >= 1 &&
                         spec.lowest_scale < spec.highest_scale;
  if (!holds_one) {
    throw InputError(entry->mark,
                     fmt::format("scales from {} to {}, expected positive ones around 1", spec.lowest_scale,
                                 spec.highest_scale),
                     "write for example {low: 0.5, high: 2}");
  }
  if (spec.most_product < 1) {
    throw InputError(entry->mark, fmt::format("product {}, expected at least 1", spec.most_product),
                     "it is how far products of scales may go from 1: product: 4 keeps them in 1/4 to 4");
  }
}

double read_latency(const YamlMapping& layers, double standard) {
  const std::optional<double> latency = read_finite(layers, "latency");
  if (!latency) return standard;
  constexpr double kMost = 100;  // times the deepest model: far above any use
  if (*latency <= 0 || *latency > kMost) {
    layers.find("latency")->value.refuse("latency",
                                         "most hops relative to the deepest model, above 0 and at most 100",
                                         "write for example 1.5");
  }
  return *latency;
}

}  // namespace

LayerSpec read_layers(const YamlMapping::Entry& entry) {
  const KnownKeys known{
      .keys = {"models", "form", "repeats", "scales", "scale_range", "max_layers", "latency", "dtype"},
      .unadvertised = {}};
  const YamlMapping layers(entry.value, "layers", known, {});
  LayerSpec spec;
  spec.mark = entry.mark;
  spec.scales_mark = entry.mark;
  if (const auto* models = layers.find("models")) spec.models = read_models(models->value);
  spec.form = read_form(layers);
  spec.repeats = read_repeats(layers, spec.form, spec.repeats);
  read_scales(layers, spec);
  read_scale_range(layers, spec);
  if (layers.find("max_layers") != nullptr) spec.max_layers = read_count(layers, "max_layers", 1, 1);
  spec.latency = read_latency(layers, spec.latency);
  spec.dtype = read_dtype(layers, "dtype");
  return spec;
}

}  // namespace tsugi::recipes
