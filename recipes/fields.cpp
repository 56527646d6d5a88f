// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tsugi::recipes {
namespace {

/// Keys of the mapping form that must be null.
void refuse_parts(const YamlMapping& mapping, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const YamlMapping::Entry* entry = mapping.find(key);
    if (entry == nullptr) continue;
    throw InputError(entry->mark,
                     fmt::format("'{}' in a model reference, which this version of tsugi does not do", key),
                     "give the folder of a plain checkpoint");
  }
}

/// The mapping's parts as the text form has them.
std::string path_of(const YamlValue& value, std::string_view what) {
  if (!value.is_mapping()) return value.text(what);
  const KnownKeys known{.keys = {"path", "revision"}, .unadvertised = {}};
  const YamlMapping mapping(value, what, known, {});
  std::string path = mapping.need("path", "path: models/base").text("path");
  const YamlMapping::Entry* revision = mapping.find("revision");
  if (revision != nullptr) path += fmt::format("@{}", revision->value.text("revision"));
  return path;
}

/// A number, or a boolean word as 1 or 0: the method's table decides later which of the two it wants.
std::optional<double> scalar_in(const YamlValue& value, const std::string& what) {
  if (!value.is_scalar()) return std::nullopt;
  const std::string text = value.text(what);
  if (const auto number = number_in(text)) return number;
  const auto boolean = boolean_in(text);
  return boolean ? std::optional<double>(*boolean ? 1 : 0) : std::nullopt;
}

double read_point(const YamlValue& value, const std::string& what) {
  const auto number = scalar_in(value, what);
  if (!number) value.refuse(what, "a number or a boolean", "write it in decimal, for example 0.5");
  return *number;
}

/// A number, or a list of numbers.
Gradient read_gradient(const YamlValue& value, const std::string& what) {
  if (!value.is_list()) {
    const auto number = scalar_in(value, what);
    if (!number)
      value.refuse(what, "a number, a boolean or a list of them", "write for example 0.5 or [0, 0.5, 1]");
    return {{*number}};
  }
  Gradient gradient;
  for (const YamlValue& item : value.list(what))
    gradient.points.push_back(read_point(item, "a point of " + what));
  if (gradient.points.empty()) value.refuse(what, "at least one value", "give a number, or remove the key");
  return gradient;
}

Condition read_condition(const YamlValue& value, const std::string& what, const UnknownKeys& unknown) {
  const KnownKeys known{.keys = {"filter", "value"}, .unadvertised = {}};
  const YamlMapping mapping(value, fmt::format("a condition of {}", what), known, unknown);
  Condition condition;
  condition.mark = value.mark();
  condition.value = read_gradient(mapping.need("value", "value: 0.5"), fmt::format("value of {}", what));
  if (const auto* filter = mapping.find("filter")) condition.filter = filter->value.text("filter");
  return condition;
}

std::vector<Condition> read_conditions(const YamlValue& value, const std::string& what,
                                       const UnknownKeys& unknown) {
  if (value.is_mapping()) return {read_condition(value, what, unknown)};
  const bool is_list = value.is_list();
  const std::vector<YamlValue> items = is_list ? value.list(what) : std::vector<YamlValue>{};
  const auto is_mapping = [](const YamlValue& item) { return item.is_mapping(); };
  if (std::none_of(items.begin(), items.end(), is_mapping)) {
    return {Condition{.filter = std::nullopt, .value = read_gradient(value, what), .mark = value.mark()}};
  }
  std::vector<Condition> conditions;
  for (const YamlValue& item : items) {
    if (!item.is_mapping()) {
      item.refuse(fmt::format("an entry of {}", what), "a condition, as its other entries are",
                  "write '- value: NUMBER' as the last entry for all other tensors");
    }
    conditions.push_back(read_condition(item, what, unknown));
  }
  return conditions;
}

}  // namespace

ModelReference read_model(const YamlValue& value, std::string_view what) {
  if (!value.is_mapping()) return {value.text(what), value.mark()};
  const KnownKeys known{.keys = {"model", "lora", "override_architecture"}, .unadvertised = {}};
  const YamlMapping mapping(value, what, known, {});
  refuse_parts(mapping, {"override_architecture"});
  std::string text = path_of(mapping.need("model", "model: {path: models/base}"), "model");
  const YamlMapping::Entry* adapter = mapping.find("lora");
  if (adapter != nullptr) text += fmt::format("+{}", path_of(adapter->value, "lora"));
  return {std::move(text), value.mark()};
}

std::optional<ModelReference> read_optional_model(const YamlMapping& parent, std::string_view key) {
  const YamlMapping::Entry* entry = parent.find(key);
  if (entry == nullptr) return std::nullopt;
  return read_model(entry->value, key);
}

std::optional<DType> read_dtype(const YamlMapping& parent, std::string_view key) {
  const YamlMapping::Entry* entry = parent.find(key);
  if (entry == nullptr) return std::nullopt;
  const std::string text = entry->value.text(key);
  if (const auto type = dtype_from_recipe(text)) return type;
  if (text == "int64" || text == "torch.int64") {
    entry->value.refuse(key, "a floating type",
                        "int64 would cut every weight to a whole number; write float32");
  }
  std::vector<std::string> names;
  for (const DType type : {DType::BF16, DType::F16, DType::F32, DType::F64})
    names.emplace_back(recipe_name(type));
  entry->value.refuse(key, "a floating type", suggestion(text, names));
}

ParameterMap read_parameters(const YamlMapping& parent, const UnknownKeys& unknown) {
  ParameterMap parameters;
  const YamlMapping::Entry* entry = parent.find("parameters");
  if (entry == nullptr) return parameters;
  for (const auto& parameter : YamlMapping(entry->value, "parameters").entries()) {
    ParameterSetting setting;
    setting.mark = parameter.mark;
    setting.conditions = read_conditions(parameter.value, parameter.key, unknown);
    parameters.emplace(parameter.key, std::move(setting));
  }
  return parameters;
}

std::optional<double> read_finite(const YamlMapping& mapping, std::string_view key) {
  const YamlMapping::Entry* entry = mapping.find(key);
  return entry == nullptr ? std::nullopt : std::optional<double>(entry->value.number(key));
}

bool read_flag(const YamlMapping& mapping, std::string_view key, bool standard) {
  const YamlMapping::Entry* entry = mapping.find(key);
  return entry == nullptr ? standard : entry->value.boolean(key);
}

int read_count(const YamlMapping& mapping, std::string_view key, int low, int standard) {
  const YamlMapping::Entry* entry = mapping.find(key);
  return entry == nullptr ? standard
                          : static_cast<int>(entry->value.integer(key, low, std::numeric_limits<int>::max()));
}

std::vector<std::string> read_texts(const YamlMapping& mapping, std::string_view key) {
  const YamlMapping::Entry* entry = mapping.find(key);
  if (entry == nullptr) return {};
  std::vector<std::string> texts;
  const auto items = entry->value.is_scalar() ? std::vector<YamlValue>{entry->value} : entry->value.list(key);
  for (const YamlValue& item : items) {
    const std::string text = item.text(fmt::format("an entry of {}", key));
    if (std::find(texts.begin(), texts.end(), text) != texts.end()) {
      throw InputError(item.mark(), fmt::format("'{}' for the second time in {}", text, key),
                       "remove one of the two");
    }
    texts.push_back(text);
  }
  return texts;
}

}  // namespace tsugi::recipes
