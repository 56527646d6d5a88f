// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/weight_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tsugi::evolve {
namespace {

using merge::Base;
using merge::Kind;
using merge::Scope;
using recipes::Condition;
using recipes::Gradient;
using recipes::ModelReference;
using recipes::ParameterSetting;

bool contains(const std::vector<ModelReference>& models, const ModelReference& model) {
  return std::find(models.begin(), models.end(), model) != models.end();
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const merge::Method& method : merge::methods()) names.emplace_back(method.name);
  return names;
}

// mergekit-evolve's defaults for `normalize`.
bool normalizes_by_default(std::string_view method) {
  return method == "ties" || method == "dare_ties" || method == "linear";
}

Condition condition(std::optional<std::string> filter, Gradient value) {
  return {.filter = std::move(filter), .value = std::move(value), .mark = {}};
}

}  // namespace

WeightSpace::WeightSpace(const recipes::GenomeSpec& spec, const ModelFamily& family)
    : spec_(spec), family_(family), method_(merge::find_method(spec.merge_method)) {
  if (method_ == nullptr) {
    throw InputError(spec.method_mark, fmt::format("unknown merge method '{}'", spec.merge_method),
                     suggestion(spec.merge_method, method_names()));
  }
  if (family.layers == 0)
    throw InputError(spec.method_mark, "the models have no layers", "give decoder models");
  choose_models();
  choose_owners();
  make_genes();
}

void WeightSpace::choose_models() {
  for (std::size_t i = 0; i < spec_.models.size(); ++i) {
    const auto before = spec_.models.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(spec_.models.begin(), before, spec_.models[i]) != before) {
      throw InputError(spec_.models[i].mark, fmt::format("model '{}' is listed twice", spec_.models[i].text),
                       "list each model once");
    }
  }
  base_ = spec_.base_model;
  sources_ = spec_.models;
  const merge::Traits& traits = method_->traits;
  if (traits.base == Base::unused) {
    // As a mere donor of the configuration a base is fine among the models; elsewhere the method would not
    // know it.
    if (base_ && !contains(sources_, *base_)) base_.reset();
  } else {
    // A pair method such as slerp reads its first model as the base.
    if (!base_ && traits.base == Base::required && traits.max_models + 1 == sources_.size())
      base_ = sources_.front();
    if (!base_ && traits.base == Base::required) {
      throw InputError(spec_.method_mark, fmt::format("{} needs a base model", method_->name),
                       "add base_model under genome");
    }
    if (base_ && !contains(sources_, *base_)) sources_.push_back(*base_);
  }
  const bool base_read = base_ && traits.base != Base::unused;
  const std::size_t count = sources_.size() - (base_read ? 1 : 0);
  if (count < traits.min_models || count > traits.max_models) {
    const std::string wanted = traits.max_models == SIZE_MAX
                                   ? fmt::format("at least {}", traits.min_models)
                                   : fmt::format("{} to {}", traits.min_models, traits.max_models);
    throw InputError(spec_.method_mark,
                     fmt::format("{} merges {} models{}, {} given", method_->name, wanted,
                                 traits.base == Base::unused ? "" : " beside the base", count),
                     "change genome.models");
  }
}

void WeightSpace::choose_owners() {
  for (const auto& [name, range] : spec_.ranges) {
    const merge::Parameter* parameter = method_->find(name);
    if (parameter == nullptr || parameter->kind == Kind::boolean) {
      std::vector<std::string> known;
      for (const merge::Parameter& other : method_->parameters) {
        if (other.kind != Kind::boolean) known.emplace_back(other.name);
      }
      throw InputError(range.mark, fmt::format("{} has no number named '{}' to search", method_->name, name),
                       suggestion(name, known));
    }
  }
  std::vector<const merge::Parameter*> per_model;
  std::vector<const merge::Parameter*> global;
  for (const merge::Parameter& parameter : method_->parameters) {
    if (parameter.kind != Kind::number) continue;
    const bool asked = spec_.ranges.count(std::string(parameter.name)) > 0;
    if (parameter.scope == Scope::per_model) per_model.push_back(&parameter);
    if (parameter.scope == Scope::global && (asked || !parameter.standard)) global.push_back(&parameter);
  }
  for (const ModelReference& model : sources_) {
    const bool is_base = base_ && model == *base_ && method_->traits.base != Base::unused;
    if (!is_base && !per_model.empty()) owners_.push_back({model, per_model});
  }
  if (!global.empty()) owners_.push_back({std::nullopt, global});
}

std::size_t WeightSpace::groups() const {
  if (spec_.layer_granularity <= 0) return 1;
  const auto step = static_cast<std::size_t>(spec_.layer_granularity);
  return (family_.layers + step - 1) / step;
}

double WeightSpace::usual_start(const merge::Parameter& parameter) const {
  const bool base_read = base_ && method_->traits.base != Base::unused;
  const auto models = static_cast<double>(sources_.size() - (base_read ? 1 : 0));
  if (parameter.name == "weight") return 1 / models;
  if (parameter.name == "density") return 1;
  if (parameter.standard) return *parameter.standard;
  return (parameter.searched.low + parameter.searched.high) / 2;
}

Gene WeightSpace::make_gene(const std::string& name, const merge::Parameter& parameter) const {
  Gene gene{.name = name,
            .low = parameter.searched.low,
            .high = parameter.searched.high,
            .start = 0,
            .scale = parameter.scale};
  const auto found = spec_.ranges.find(std::string(parameter.name));
  const recipes::GeneRange range = found == spec_.ranges.end() ? recipes::GeneRange{} : found->second;
  if (range.high) gene.high = *range.high;
  if (parameter.name == "weight")
    gene.low = spec_.allow_negative_weights ? -gene.high : std::max(0.0, gene.low);
  if (range.low) gene.low = *range.low;
  const bool possible = std::isfinite(gene.low) && std::isfinite(gene.high) && gene.low < gene.high &&
                        parameter.accepted.contains(gene.low) && parameter.accepted.contains(gene.high) &&
                        (gene.scale == merge::Scale::linear || gene.low > 0);
  if (!possible) {
    throw InputError(range.mark,
                     fmt::format("{} cannot move between {} and {}", parameter.name, gene.low, gene.high),
                     fmt::format("give low < high within {}", parameter.accepted.text()));
  }
  gene.start = std::clamp(range.start.value_or(usual_start(parameter)), gene.low, gene.high);
  if (range.start && gene.start != *range.start) {
    throw InputError(
        range.mark,
        fmt::format("{} starts at {}, outside [{}, {}]", parameter.name, *range.start, gene.low, gene.high),
        "start inside the range");
  }
  return gene;
}

void WeightSpace::make_genes() {
  std::vector<ModelReference> models;
  for (const Owner& owner : owners_) {
    if (owner.model) models.push_back(*owner.model);
  }
  const std::vector<std::string> names = short_names(models);
  const auto owner_name = [&](std::size_t owner) {
    return owner < names.size() ? names[owner] + " " : std::string();
  };
  const std::size_t step =
      spec_.layer_granularity > 0 ? static_cast<std::size_t>(spec_.layer_granularity) : family_.layers;
  for (std::size_t group = 0; group < groups(); ++group) {
    const std::size_t last = std::min((group + 1) * step, family_.layers) - 1;
    for (std::size_t owner = 0; owner < owners_.size(); ++owner) {
      for (std::size_t set = 0; set < sets(); ++set) {
        const std::string where = set < spec_.filters.size() ? fmt::format(" ({})", spec_.filters[set]) : "";
        for (const merge::Parameter* parameter : owners_[owner].parameters) {
          genes_.push_back(make_gene(fmt::format("layers {}-{} {}{}{}", group * step, last, owner_name(owner),
                                                 parameter->name, where),
                                     *parameter));
        }
      }
    }
    if (group == 0) group_size_ = genes_.size();
  }
  if (!spec_.outside_layers) return;
  for (std::size_t owner = 0; owner < owners_.size(); ++owner) {
    for (const merge::Parameter* parameter : owners_[owner].parameters) {
      genes_.push_back(
          make_gene(fmt::format("outside {}{}", owner_name(owner), parameter->name), *parameter));
    }
  }
}

std::size_t WeightSpace::index(std::size_t group, std::size_t owner, std::size_t set,
                               std::size_t parameter) const {
  std::size_t at = group * group_size_;
  for (std::size_t i = 0; i < owner; ++i) at += sets() * owners_[i].parameters.size();
  return at + set * owners_[owner].parameters.size() + parameter;
}

std::size_t WeightSpace::outside_index(std::size_t owner, std::size_t parameter) const {
  std::size_t at = groups() * group_size_;
  for (std::size_t i = 0; i < owner; ++i) at += owners_[i].parameters.size();
  return at + parameter;
}

Gradient WeightSpace::gradient(std::span<const double> values, std::size_t first_group,
                               std::size_t last_group, std::size_t owner, std::size_t set,
                               std::size_t parameter) const {
  Gradient points;
  for (std::size_t group = first_group; group <= last_group; ++group) {
    points.points.push_back(values[index(group, owner, set, parameter)]);
  }
  return points;
}

recipes::ParameterMap WeightSpace::parameters(std::span<const double> values, std::size_t first_group,
                                              std::size_t last_group, std::size_t owner) const {
  recipes::ParameterMap map;
  for (std::size_t p = 0; p < owners_[owner].parameters.size(); ++p) {
    ParameterSetting setting;
    if (spec_.outside_layers) {
      // The first slice decides what stands in front of the layers, the last what stands behind them.
      const Gradient outside{{values[outside_index(owner, p)]}};
      if (first_group == 0) {
        for (const std::string& name : family_.before) setting.conditions.push_back(condition(name, outside));
      }
      if (last_group + 1 == groups()) {
        for (const std::string& name : family_.after) setting.conditions.push_back(condition(name, outside));
      }
    }
    for (std::size_t set = 0; set < sets(); ++set) {
      const Gradient points = gradient(values, first_group, last_group, owner, set, p);
      const bool rest = set == spec_.filters.size();
      setting.conditions.push_back(
          condition(rest ? std::nullopt : std::optional(spec_.filters[set]), points));
    }
    map.emplace(std::string(owners_[owner].parameters[p]->name), std::move(setting));
  }
  return map;
}

std::vector<recipes::Slice> WeightSpace::slices(std::span<const double> values) const {
  std::vector<recipes::Slice> out;
  const auto layers = static_cast<int>(family_.layers);
  const int step = spec_.layer_granularity > 0 ? spec_.layer_granularity : layers;
  for (std::size_t group = 0; group < groups(); ++group) {
    recipes::Slice slice;
    const int begin = static_cast<int>(group) * step;
    for (const ModelReference& model : sources_) {
      slice.sources.push_back({.model = model,
                               .begin = begin,
                               .end = std::min(begin + step, layers),
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
        parameters(values, 0, groups() - 1, owner);
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
      if (!owners_[owner].model) recipe.parameters = parameters(values, 0, groups() - 1, owner);
    }
  } else {
    recipe.slices = slices(values);
  }
  if (method_->find("normalize") != nullptr) {
    const bool normalize = spec_.normalize.value_or(normalizes_by_default(method_->name));
    recipe.parameters.insert_or_assign("normalize", ParameterSetting::constant(normalize ? 1 : 0));
  }
  recipe.dtype = DType::F32;
  recipe.out_dtype = spec_.dtype ? spec_.dtype : family_.dtype;
  if (method_->traits.uses_seed) recipe.seed = family_.seed;
  return recipe;
}

std::vector<Baseline> WeightSpace::baselines() const {
  std::vector<double> values(genes_.size());
  for (std::size_t owner = 0; owner < owners_.size(); ++owner) {
    for (std::size_t p = 0; p < owners_[owner].parameters.size(); ++p) {
      const double usual = usual_start(*owners_[owner].parameters[p]);
      for (std::size_t group = 0; group < groups(); ++group) {
        for (std::size_t set = 0; set < sets(); ++set) values[index(group, owner, set, p)] = usual;
      }
      if (spec_.outside_layers) values[outside_index(owner, p)] = usual;
    }
  }
  return {{.name = "uniform", .genes = std::move(values)}};
}

}  // namespace tsugi::evolve
