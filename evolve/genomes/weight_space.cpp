// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/weight_space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tsugi::evolve {
namespace {

using merge::Base;
using merge::Kind;
using merge::Scope;
using recipes::ModelReference;

bool contains(const std::vector<ModelReference>& models, const ModelReference& model) {
  return std::find(models.begin(), models.end(), model) != models.end();
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const merge::Method& method : merge::methods()) names.emplace_back(method.name);
  return names;
}

std::vector<std::string> parameter_names(const merge::Method& method) {
  std::vector<std::string> names;
  for (const merge::Parameter& parameter : method.parameters) names.emplace_back(parameter.name);
  return names;
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
  groups_ = layer_groups(spec_, family_.layers);
  sets_ = tensor_sets(spec_, family_, groups_);
  make_genes();
  if (spec_.random_init) draw_starts(genes_, family_.seed);
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
    const std::string wanted = traits.max_models == SIZE_MAX ? fmt::format("at least {}", traits.min_models)
                               : traits.min_models == traits.max_models
                                   ? fmt::format("{}", traits.min_models)
                                   : fmt::format("{} to {}", traits.min_models, traits.max_models);
    throw InputError(spec_.method_mark,
                     fmt::format("{} merges {} models{}, {} given", method_->name, wanted,
                                 traits.base == Base::unused ? "" : " beside the base", count),
                     "change genome.models");
  }
}

void WeightSpace::check_ranges() const {
  for (const auto& [name, range] : spec_.ranges) {
    if (method_->find(name) != nullptr) continue;
    throw InputError(range.mark, fmt::format("{} has no parameter '{}' to search", method_->name, name),
                     suggestion(name, parameter_names(*method_)));
  }
}

void WeightSpace::choose_owners() {
  check_ranges();
  std::vector<const merge::Parameter*> per_model;
  std::vector<const merge::Parameter*> global;
  for (const merge::Parameter& parameter : method_->parameters) {
    const bool asked = spec_.ranges.contains(std::string(parameter.name));
    const bool per_model_number = parameter.scope == Scope::per_model && parameter.kind == Kind::number;
    if (!asked && !per_model_number && parameter.standard) continue;
    (parameter.scope == Scope::per_model ? per_model : global).push_back(&parameter);
  }
  for (const ModelReference& model : sources_) {
    const bool is_base = base_ && model == *base_ && method_->traits.base != Base::unused;
    if (!is_base && !per_model.empty()) owners_.push_back({model, per_model});
  }
  if (!global.empty()) owners_.push_back({std::nullopt, global});
  require_parameters();
}

void WeightSpace::require_parameters() const {
  if (!owners_.empty()) return;
  const std::vector<std::string> names = parameter_names(*method_);
  if (names.empty()) {
    throw InputError(spec_.method_mark, fmt::format("{} has no parameter to search", method_->name),
                     "run it once with tsugi merge, or choose another method");
  }
  throw InputError(spec_.method_mark,
                   fmt::format("every parameter of {} has a default, and none is asked for", method_->name),
                   fmt::format("name those to search, for example ranges: {{{}: {{}}}} ({})", names.front(),
                               fmt::join(names, ", ")));
}

double WeightSpace::usual_start(const merge::Parameter& parameter) const {
  const bool base_read = base_ && method_->traits.base != Base::unused;
  const auto models = static_cast<double>(sources_.size() - (base_read ? 1 : 0));
  if (parameter.name == "weight") return 1 / models;
  if (parameter.name == "density") return 1;
  if (parameter.standard) return *parameter.standard;
  return (parameter.searched.low + parameter.searched.high) / 2;
}

// `name` is what stands before the parameter's own.
void WeightSpace::make_genes(std::size_t group, std::size_t owner, std::size_t set, const std::string& name) {
  const std::string& label = group < groups_.size() ? sets_.labels[set] : sets_.outside[set].label;
  const std::string where = label.empty() ? "" : fmt::format(" ({})", label);
  const std::vector<const merge::Parameter*>& parameters = owners_[owner].parameters;
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    slots_.emplace(Slot{.group = group, .owner = owner, .set = set, .parameter = p}, genes_.size());
    Gene gene = make_gene(*parameters[p], spec_, usual_start(*parameters[p]), family_.rounds);
    gene.name = fmt::format("{}{}{}", name, parameters[p]->name, where);
    genes_.push_back(std::move(gene));
    parameters_.push_back(parameters[p]);
  }
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
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    const std::string layers = fmt::format("layers {}-{} ", groups_[group].begin, groups_[group].end - 1);
    for (std::size_t owner = 0; owner < owners_.size(); ++owner) {
      for (std::size_t set = 0; set < sets_.labels.size(); ++set) {
        if (sets_.present[group][set]) make_genes(group, owner, set, layers + owner_name(owner));
      }
    }
  }
  for (std::size_t owner = 0; owner < owners_.size(); ++owner) {
    for (std::size_t set = 0; set < sets_.outside.size(); ++set)
      make_genes(groups_.size(), owner, set, "outside " + owner_name(owner));
  }
}

std::vector<Baseline> WeightSpace::baselines() const {
  std::vector<double> values(genes_.size());
  for (const auto& [slot, gene] : slots_)
    values[gene] = usual_start(*owners_[slot.owner].parameters[slot.parameter]);
  return {{.name = "uniform", .genes = std::move(values)}};
}

}  // namespace tsugi::evolve
