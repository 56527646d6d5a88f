// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan/parameters.h"

#include <fmt/format.h>

#include <cmath>

#include "recipes/error.h"

namespace tsugi::merge {
namespace {

using recipes::Between;
using recipes::ParameterMap;
using recipes::ParameterSetting;

const ParameterSetting* setting_of(const ParameterMap* map, std::string_view name) {
  if (map == nullptr) return nullptr;
  const auto found = map->find(name);
  return found == map->end() ? nullptr : &found->second;
}

// The condition that gave the value, else the parameter's name.
Origin origin_of(const ParameterSetting& setting, std::string_view tensor) {
  for (const recipes::Condition& condition : setting.conditions) {
    if (!condition.matches(tensor)) continue;
    const Mark& mark = condition.mark.line > 0 ? condition.mark : setting.mark;
    return {.line = mark.line, .column = mark.column};
  }
  return {};
}

}  // namespace

SliceParameters::SliceParameters(const PlanContext& context, const PlanSlice& slice)
    : context_(context), slice_(slice), per_model_(slice.sources.size()) {
  const auto add = [](Levels& levels, const ParameterMap* map, std::string_view name) {
    if (const ParameterSetting* setting = setting_of(map, name)) levels.push_back(setting);
  };
  const auto common = [&](Levels& levels, std::string_view name) {
    add(levels, slice.parameters, name);
    add(levels, &context.recipe->parameters, name);
  };
  for (const Parameter& row : context.method->parameters) {
    if (row.scope == Scope::global) {
      common(global_.emplace_back(), row.name);
      continue;
    }
    for (std::size_t i = 0; i < slice.sources.size(); ++i) {
      Levels& levels = per_model_[i].emplace_back();
      add(levels, slice.sources[i].parameters, row.name);
      common(levels, row.name);
    }
  }
}

Settings SliceParameters::resolve(std::string_view output, std::span<const PlanInput> models, double t,
                                  Origins& origins) const {
  Settings settings;
  settings.per_model.resize(models.size());
  std::size_t global = 0;
  std::size_t per_model = 0;
  for (const Parameter& row : context_.method->parameters) {
    if (row.scope == Scope::global) {
      settings.global.push_back(value(row, global_[global++], output, t, nullptr, origins.parameters));
      continue;
    }
    for (std::size_t i = 0; i < models.size(); ++i) {
      const std::size_t source = models[i].source;
      const Levels& levels = per_model_[source][per_model];
      settings.per_model[i].push_back(
          value(row, levels, models[i].name, t, &slice_.sources[source], origins.models[i].parameters));
    }
    ++per_model;
  }
  return settings;
}

double SliceParameters::value(const Parameter& row, const Levels& levels, std::string_view tensor, double t,
                              const PlanSource* source, std::vector<Origin>& origins) const {
  const Between between = row.kind == Kind::boolean ? Between::step : Between::linear;
  for (const ParameterSetting* setting : levels) {
    const std::optional<double> found = setting->at(tensor, t, between);
    if (!found) continue;
    if (row.kind != Kind::integer || *found == std::trunc(*found)) {
      origins.push_back(origin_of(*setting, tensor));
      return *found;
    }
    throw InputError(
        context_.place(setting->mark),
        fmt::format("'{}' is {} for tensor '{}', expected a whole number", row.name, *found, tensor),
        "choose the points of the gradient so that every layer gets a whole number");
  }
  if (!row.standard) missing(row, tensor, source);
  origins.emplace_back();
  return *row.standard;
}

void SliceParameters::missing(const Parameter& row, std::string_view tensor, const PlanSource* source) const {
  const std::string_view method = context_.method->name;
  if (source == nullptr) {
    throw InputError(
        slice_.mark,
        fmt::format("{} requires '{}', and tensor '{}' has no value for it", method, row.name, tensor),
        fmt::format("add {}: under parameters", row.name));
  }
  const std::string what =
      fmt::format("{} requires '{}' of each model, and '{}' has no value for it at tensor '{}'", method,
                  row.name, source->name, tensor);
  if (source->parameters == nullptr) {
    throw InputError(
        source->mark, what,
        fmt::format("base_model is one more input of {}: list it with its own {}, or remove base_model",
                    method, row.name));
  }
  throw InputError(
      source->mark, what,
      fmt::format("add {}: under the parameters of the model, the slice or the recipe", row.name));
}

}  // namespace tsugi::merge
