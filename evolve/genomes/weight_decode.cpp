// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Weight space: what a genome stands for.
#include <fmt/format.h>

#include <algorithm>

#include "evolve/genomes/weight_space.h"

namespace tsugi::evolve {
namespace {

using recipes::Condition;
using recipes::Gradient;
using recipes::ModelReference;
using recipes::ParameterSetting;

// mergekit-evolve's defaults for `normalize`.
bool normalizes_by_default(std::string_view method) {
  return method == "ties" || method == "dare_ties" || method == "linear";
}

Condition condition(std::optional<std::string> filter, Gradient value) {
  return {.filter = std::move(filter), .value = std::move(value), .mark = {}};
}

}  // namespace

bool WeightSpace::normalizes() const {
  return method_->find("normalize") != nullptr &&
         spec_.normalize.value_or(normalizes_by_default(method_->name));
}

ParameterSetting WeightSpace::setting(std::span<const double> values, std::size_t first_group,
                                      std::size_t last_group, std::size_t owner,
                                      std::size_t parameter) const {
  ParameterSetting setting;
  // The first slice decides what stands in front of the layers, the last what stands behind them.
  for (std::size_t set = 0; set < sets_.outside.size(); ++set) {
    const Slot slot{.group = groups_.size(), .owner = owner, .set = set, .parameter = parameter};
    const Gradient value{{values[slots_.at(slot)]}};
    if (first_group == 0) {
      for (const std::string& name : sets_.outside[set].before)
        setting.conditions.push_back(condition(name, value));
    }
    if (last_group + 1 == groups_.size()) {
      for (const std::string& name : sets_.outside[set].after)
        setting.conditions.push_back(condition(name, value));
    }
  }
  const auto add = [&](const std::optional<std::string>& filter, std::size_t set) {
    if (!sets_.present[first_group][set]) return;
    Gradient points;
    for (std::size_t group = first_group; group <= last_group; ++group) {
      const Slot slot{.group = group, .owner = owner, .set = set, .parameter = parameter};
      points.points.push_back(values[slots_.at(slot)]);
    }
    setting.conditions.push_back(condition(filter, std::move(points)));
  };
  for (const SetFilter& filter : sets_.filters) add(filter.text, filter.set);
  add(std::nullopt, sets_.labels.size() - 1);
  return setting;
}

recipes::ParameterMap WeightSpace::parameters(std::span<const double> values, std::size_t first_group,
                                              std::size_t last_group, std::size_t owner) const {
  recipes::ParameterMap map;
  for (std::size_t p = 0; p < owners_[owner].parameters.size(); ++p) {
    map.emplace(std::string(owners_[owner].parameters[p]->name),
                setting(values, first_group, last_group, owner, p));
  }
  return map;
}

std::vector<recipes::Slice> WeightSpace::slices(std::span<const double> values) const {
  std::vector<recipes::Slice> out;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    recipes::Slice slice;
    for (const ModelReference& model : sources_) {
      slice.sources.push_back({.model = model,
                               .begin = static_cast<int>(groups_[group].begin),
                               .end = static_cast<int>(groups_[group].end),
                               .parameters = {},
                               .range_mark = {}});
    }
    for (std::size_t owner = 0; owner < owners_.size(); ++owner) {
      recipes::ParameterMap map = parameters(values, group, group, owner);
      if (!owners_[owner].model) {
        slice.parameters = std::move(map);
        continue;
      }
      const auto at = std::find(sources_.begin(), sources_.end(), *owners_[owner].model);
      slice.sources[static_cast<std::size_t>(at - sources_.begin())].parameters = std::move(map);
    }
    out.push_back(std::move(slice));
  }
  return out;
}

std::vector<recipes::ModelEntry> WeightSpace::entries(std::span<const double> values) const {
  std::vector<recipes::ModelEntry> out;
  for (const ModelReference& model : sources_) out.push_back({.model = model, .parameters = {}});
  for (std::size_t owner = 0; owner < owners_.size(); ++owner) {
    if (!owners_[owner].model) continue;
    const auto at = std::find(sources_.begin(), sources_.end(), *owners_[owner].model);
    out[static_cast<std::size_t>(at - sources_.begin())].parameters =
        parameters(values, 0, groups_.size() - 1, owner);
  }
  return out;
}

recipes::Recipe WeightSpace::decode(std::span<const double> values) const {
  if (values.size() != genes_.size()) {
    throw Error(
        fmt::format("a genome of {} numbers was given to a space of {} genes", values.size(), genes_.size()));
  }
  recipes::Recipe recipe;
  recipe.merge_method = spec_.merge_method;
  recipe.base_model = base_;
  if (spec_.smooth) {
    recipe.models = entries(values);
    for (std::size_t owner = 0; owner < owners_.size(); ++owner) {
      if (!owners_[owner].model) recipe.parameters = parameters(values, 0, groups_.size() - 1, owner);
    }
  } else {
    recipe.slices = slices(values);
  }
  if (method_->find("normalize") != nullptr && !spec_.ranges.contains("normalize")) {
    recipe.parameters.insert_or_assign("normalize", ParameterSetting::constant(normalizes() ? 1 : 0));
  }
  recipe.dtype = DType::F32;
  recipe.out_dtype = spec_.dtype ? spec_.dtype : family_.dtype;
  if (method_->traits.uses_seed) recipe.seed = family_.seed;
  return recipe;
}

}  // namespace tsugi::evolve
