// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <utility>

#include "recipes/chat_template.h"
#include "recipes/fields.h"
#include "recipes/recipe_reader.h"
#include "recipes/tokenizer_spec.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {
namespace {

/// A list, or under `modules` a mapping; an empty one counts as absent, as in mergekit.
const YamlMapping::Entry* find_filled(const YamlMapping& mapping, std::string_view key) {
  const YamlMapping::Entry* entry = mapping.find(key);
  if (entry == nullptr) return nullptr;
  const bool empty =
      key == "modules" ? YamlMapping(entry->value, key).entries().empty() : entry->value.list(key).empty();
  return empty ? nullptr : entry;
}

/// Files of mergekit's other programs, told by a key that no recipe has.
struct OtherKind {
  std::string_view key;
  std::string_view what;
  std::string_view cure;
};
constexpr std::string_view kMoe = "this is a mergekit-moe file ('{}'), expected a recipe";
constexpr std::string_view kNoMoe =
    "this version of tsugi builds no mixtures of experts; merge the experts by a recipe with merge_method";
constexpr std::array<OtherKind, 4> kOtherKinds{{
    {"experts", kMoe, kNoMoe},
    {"gate_mode", kMoe, kNoMoe},
    {"shared_experts", kMoe, kNoMoe},
    {"genome", "this is a search file as mergekit-evolve's ('{}'), expected a recipe",
     "run tsugi evolve with it"},
}};

void refuse_other_kinds(const YamlMapping& top) {
  for (const OtherKind& kind : kOtherKinds) {
    const YamlMapping::Entry* entry = top.find(kind.key);
    if (entry == nullptr) continue;
    throw InputError(entry->mark, fmt::format(fmt::runtime(kind.what), kind.key), kind.cure);
  }
}

KnownKeys top_level_keys() {
  return {.keys = {"merge_method", "models", "slices", "modules", "base_model", "parameters", "dtype",
                   "out_dtype", "seed", "tokenizer", "chat_template"},
          .unadvertised = {"tokenizer_source", "name"}};
}

std::vector<ModelEntry> read_models(const YamlValue& list, const UnknownKeys& unknown) {
  const KnownKeys known{.keys = {"model", "parameters"}, .unadvertised = {}};
  std::vector<ModelEntry> models;
  for (const YamlValue& item : list.list("models")) {
    const YamlMapping mapping(item, "an entry of models", known, unknown);
    ModelEntry entry{read_model(mapping.need("model", "model: models/a"), "model"),
                     read_parameters(mapping, unknown)};
    const auto same = [&](const ModelEntry& other) { return other.model == entry.model; };
    const auto first = std::find_if(models.begin(), models.end(), same);
    if (first != models.end()) {
      throw InputError(entry.model.mark,
                       fmt::format("model '{}' for the second time (first in line {})", entry.model.text,
                                   first->model.mark.line),
                       "list each model once and add up its weights");
    }
    models.push_back(std::move(entry));
  }
  return models;
}

std::pair<int, int> read_layer_range(const YamlValue& value) {
  constexpr int kMax = std::numeric_limits<int>::max();
  const std::vector<YamlValue> ends = value.list("layer_range");
  if (ends.size() != 2) {
    value.refuse("layer_range", fmt::format("two whole numbers, not {}", ends.size()),
                 "write [first, end], where end is not included");
  }
  const int begin = static_cast<int>(ends[0].integer("the begin of layer_range", 0, kMax));
  const int end = static_cast<int>(ends[1].integer("the end of layer_range", 0, kMax));
  if (begin > end) {
    throw InputError(value.mark(), fmt::format("layer_range [{}, {}] ends before it begins", begin, end),
                     "write [first, end], counted from 0, where end is not included");
  }
  return {begin, end};
}

SliceSource read_source(const YamlValue& value, const UnknownKeys& unknown) {
  const KnownKeys known{.keys = {"model", "layer_range", "parameters"}, .unadvertised = {}};
  const YamlMapping mapping(value, "a source", known, unknown);
  SliceSource source;
  source.model = read_model(mapping.need("model", "model: models/a"), "model");
  const YamlValue& range = mapping.need("layer_range", "layer_range: [0, 8]");
  std::tie(source.begin, source.end) = read_layer_range(range);
  source.range_mark = range.mark();
  source.parameters = read_parameters(mapping, unknown);
  return source;
}

void check_equal_lengths(const Slice& slice) {
  const SliceSource& first = slice.sources.front();
  for (const SliceSource& source : slice.sources) {
    if (source.end - source.begin == first.end - first.begin) continue;
    throw InputError(source.range_mark,
                     fmt::format("{} layers of '{}', expected {} as in the first source of this slice",
                                 source.end - source.begin, source.model.text, first.end - first.begin),
                     "give all sources of a slice equally long ranges");
  }
}

Slice read_slice(const YamlValue& value, const UnknownKeys& unknown) {
  const KnownKeys known{.keys = {"sources", "base_model", "parameters"}, .unadvertised = {"residual_weight"}};
  const YamlMapping mapping(value, "a slice", known, unknown);
  if (const auto* entry = mapping.find("residual_weight")) {
    throw InputError(entry->mark, "'residual_weight' has no effect", "remove it");
  }
  Slice slice;
  slice.mark = value.mark();
  const YamlValue& sources = mapping.need("sources", "sources: [{model: models/a, layer_range: [0, 8]}]");
  for (const YamlValue& source : sources.list("sources"))
    slice.sources.push_back(read_source(source, unknown));
  if (slice.sources.empty()) sources.refuse("sources", "at least one source", "add one, or remove the slice");
  check_equal_lengths(slice);
  slice.base_model = read_optional_model(mapping, "base_model");
  slice.parameters = read_parameters(mapping, unknown);
  return slice;
}

std::vector<Slice> read_slices(const YamlMapping::Entry& entry, const UnknownKeys& unknown) {
  std::vector<Slice> slices;
  for (const YamlValue& slice : entry.value.list("slices")) slices.push_back(read_slice(slice, unknown));
  const auto is_empty = [](const Slice& slice) {
    return slice.sources.front().begin == slice.sources.front().end;
  };
  if (std::all_of(slices.begin(), slices.end(), is_empty)) {
    throw InputError(entry.mark, "no slice has any layers",
                     "in layer_range [first, end] the end is not included");
  }
  return slices;
}

/// The one of these keys that has a filled list (a filled mapping for `modules`). `what` has it.
const YamlMapping::Entry& only_input(const YamlMapping& mapping, const std::vector<std::string>& keys,
                                     std::string_view what) {
  const YamlMapping::Entry* found = nullptr;
  for (const YamlMapping::Entry& entry : mapping.entries()) {
    const bool is_input = std::find(keys.begin(), keys.end(), entry.key) != keys.end();
    if (!is_input || find_filled(mapping, entry.key) == nullptr) continue;
    if (found != nullptr) {
      throw InputError(
          entry.mark,
          fmt::format("'{}' and '{}' in one {}, expected one of them", found->key, entry.key, what),
          "remove one of the two");
    }
    found = &entry;
  }
  if (found != nullptr) return *found;
  throw InputError(mapping.mark(), fmt::format("a {} without inputs, expected 'models' or 'slices'", what),
                   "list the models to merge under models");
}

Module read_module(const YamlMapping::Entry& entry, const UnknownKeys& unknown) {
  const KnownKeys known{.keys = {"models", "slices", "parameters"}, .unadvertised = {}};
  const YamlMapping mapping(entry.value, fmt::format("module '{}'", entry.key), known, unknown);
  Module module{.name = entry.key, .mark = entry.mark};
  const auto& input = only_input(mapping, {"models", "slices"}, "module");
  if (input.key == "models") module.models = read_models(input.value, unknown);
  if (input.key == "slices") module.slices = read_slices(input, unknown);
  module.parameters = read_parameters(mapping, unknown);
  return module;
}

void read_inputs(Recipe& recipe, const YamlMapping& top, const UnknownKeys& unknown) {
  const auto& input = only_input(top, {"models", "slices", "modules"}, "recipe");
  if (input.key == "models") recipe.models = read_models(input.value, unknown);
  if (input.key == "slices") recipe.slices = read_slices(input, unknown);
  if (input.key != "modules") return;
  for (const auto& module : YamlMapping(input.value, "modules").entries()) {
    recipe.modules.push_back(read_module(module, unknown));
  }
}

}  // namespace

Recipe recipe_in(const YamlValue& root, const UnknownKeys& unknown) {
  refuse_other_kinds(YamlMapping(root, "a recipe"));
  const YamlMapping top(root, "a recipe", top_level_keys(), unknown);
  Recipe recipe;
  const YamlValue& method = top.need("merge_method", "merge_method: linear");
  recipe.merge_method = method.text("merge_method");
  recipe.method_mark = method.mark();
  read_inputs(recipe, top, unknown);
  recipe.base_model = read_optional_model(top, "base_model");
  recipe.parameters = read_parameters(top, unknown);
  recipe.dtype = read_dtype(top, "dtype");
  recipe.out_dtype = read_dtype(top, "out_dtype");
  if (const auto* seed = top.find("seed")) recipe.seed = seed->value.seed("seed");
  recipe.tokenizer = read_tokenizer(top, unknown);
  recipe.chat_template = read_chat_template(top);
  if (const auto* name = top.find("name")) {
    recipe.name = name->value.text("name");
    recipe.name_mark = name->value.mark();
  }
  return recipe;
}

Recipe parse_recipe(std::string_view text, const std::string& file, Strictness strictness,
                    std::vector<std::string>* notes) {
  const UnknownKeys unknown{.refuse = strictness == Strictness::strict, .notes = notes};
  const YamlValue root(load_yaml(text, file), file);
  if (root.is_null())
    throw InputError(file, "an empty file, expected a recipe", "start from one in recipes/library");
  Recipe recipe = recipe_in(root, unknown);
  recipe.file = file;
  recipe.source_text = text;
  return recipe;
}

Recipe read_recipe(const std::filesystem::path& file, Strictness strictness,
                   std::vector<std::string>* notes) {
  return parse_recipe(read_yaml_text(file), file.string(), strictness, notes);
}

}  // namespace tsugi::recipes
