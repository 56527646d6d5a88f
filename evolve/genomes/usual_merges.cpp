// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/genomes/usual_merges.h"

#include <algorithm>

namespace tsugi::evolve {

using recipes::ParameterSetting;

namespace {

bool searches(const recipes::GenomeSpec& spec, std::string_view method) {
  return spec.merge_method == method ||
         std::any_of(spec.other_methods.begin(), spec.other_methods.end(),
                     [&](const recipes::MarkedText& other) { return other.text == method; });
}

}  // namespace

std::vector<UsualMerge> usual_merges(const recipes::GenomeSpec& spec, const ModelFamily& family) {
  std::vector<recipes::ModelReference> models = spec.models;
  std::erase_if(models, [&](const auto& model) { return spec.base_model && model == *spec.base_model; });
  if (models.size() < 2) return {};
  constexpr double kHalf = 0.5;
  const double equal = 1 / static_cast<double>(models.size());
  std::vector<UsualMerge> merges;
  for (const char* method : {"linear", "ties", "dare_ties"}) {
    const bool averages = std::string_view(method) == "linear";
    if (averages ? searches(spec, method) : !spec.base_model.has_value()) continue;
    recipes::Recipe recipe;
    recipe.merge_method = method;
    if (!averages) recipe.base_model = spec.base_model;
    for (const recipes::ModelReference& model : models) {
      recipes::ParameterMap parameters;
      parameters.emplace("weight", ParameterSetting::constant(averages ? equal : kHalf));
      if (!averages) parameters.emplace("density", ParameterSetting::constant(kHalf));
      recipe.models.push_back({.model = model, .parameters = std::move(parameters)});
    }
    recipe.dtype = DType::F32;
    recipe.out_dtype = spec.dtype ? spec.dtype : family.dtype;
    if (std::string_view(method) == "dare_ties") recipe.seed = family.seed;
    merges.push_back({.name = method, .recipe = std::move(recipe)});
  }
  return merges;
}

}  // namespace tsugi::evolve
