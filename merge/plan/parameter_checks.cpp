// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What can be wrong with parameters before any tensor is looked at, and filters that no tensor ever meets.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "merge/plan/parameters.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

using recipes::Condition;
using recipes::ParameterMap;
using recipes::ParameterSetting;

// Written into recipes by habit, whatever the method: mergekit's own examples do so.
constexpr std::array<std::string_view, 5> kHabits{"int8_mask", "normalize", "rescale", "density", "weight"};

enum class Level { model, slice, recipe };

class Checker {
 public:
  explicit Checker(PlanContext& context) : context_(context), method_(*context.method) {}

  void map(const ParameterMap& parameters, Level level) {
    for (const auto& [name, setting] : parameters) one(name, setting, level);
  }

 private:
  void one(const std::string& name, const ParameterSetting& setting, Level level) {
    const Parameter* row = method_.find(name);
    if (row == nullptr) return unknown(name, setting);
    if (row->scope == Scope::global && level == Level::model) {
      throw InputError(
          context_.place(setting.mark),
          fmt::format("'{}' stands under one model, but {} has one value of it for all", name, method_.name),
          "move it to the parameters of the slice or of the recipe");
    }
    for (const Condition& condition : setting.conditions) values(*row, setting, condition);
  }

  void unknown(const std::string& name, const ParameterSetting& setting) {
    if (std::find(kHabits.begin(), kHabits.end(), name) != kHabits.end()) {
      return context_.notes.add(fmt::format("'{}' has no effect on {}", name, method_.name));
    }
    std::vector<std::string> known;
    for (const Parameter& row : method_.parameters) known.emplace_back(row.name);
    throw InputError(context_.place(setting.mark),
                     fmt::format("unknown parameter '{}' of {}", name, method_.name),
                     suggestion(name, known));
  }

  // Points of a gradient decide: what lies between two of them lies in the range too.
  void values(const Parameter& row, const ParameterSetting& setting, const Condition& condition) {
    const Mark& mark = condition.mark.file.empty() ? setting.mark : condition.mark;
    for (const double point : condition.value.points) {
      if (row.kind == Kind::boolean && point != 0 && point != 1) {
        throw InputError(context_.place(mark),
                         fmt::format("'{}' is {}, expected true or false", row.name, point),
                         "write true or false");
      }
      if (row.accepted.contains(point)) continue;
      throw InputError(
          context_.place(mark),
          fmt::format("'{}' is {}, expected a number in {}", row.name, point, row.accepted.text()),
          fmt::format("choose a value that {} accepts", method_.name));
    }
    const auto& points = condition.value.points;
    const bool everywhere = !condition.filter || *condition.filter == "*";
    if (everywhere && points.front() != points.back()) {
      context_.notes.add(
          fmt::format("'{}' is a gradient: tensors outside the layers, those after the last one "
                      "included, take its first value, {}",
                      row.name, points.front()));
    }
  }

  PlanContext& context_;
  const Method& method_;
};

using Names = std::vector<std::string_view>;

bool any_matches(const Condition& condition, const Names& names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return condition.matches(name); });
}

class FilterChecker {
 public:
  FilterChecker(const PlanContext& context, std::span<const SliceNames> names)
      : context_(context), names_(names) {}

  void check() const {
    map(context_.recipe->parameters, 0, names_.size(), std::nullopt);
    for (std::size_t i = 0; i < context_.slices.size(); ++i) {
      const PlanSlice& slice = context_.slices[i];
      if (slice.parameters != nullptr) map(*slice.parameters, i, i + 1, std::nullopt);
      for (std::size_t source = 0; source < slice.sources.size(); ++source) {
        if (source == slice.base || slice.sources[source].parameters == nullptr) continue;
        map(*slice.sources[source].parameters, i, i + 1, source);
      }
    }
  }

 private:
  void map(const ParameterMap& parameters, std::size_t begin, std::size_t end,
           std::optional<std::size_t> source) const {
    for (const auto& [name, setting] : parameters) {
      const Parameter* row = context_.method->find(name);
      if (row == nullptr) continue;
      for (const Condition& condition : setting.conditions) {
        if (!condition.filter || is_common(name, condition)) continue;
        if (meets(condition, row->scope, begin, end, source)) continue;
        const Mark& mark = condition.mark.file.empty() ? setting.mark : condition.mark;
        throw InputError(context_.place(mark),
                         fmt::format("filter '{}' of '{}' matches no tensor", *condition.filter, name),
                         "filters are parts of tensor names, upper and lower case as in the checkpoint");
      }
    }
  }

  bool is_common(const std::string& name, const Condition& condition) const {
    if (context_.common_parameters == nullptr) return false;
    const auto found = context_.common_parameters->find(name);
    if (found == context_.common_parameters->end()) return false;
    const auto& common = found->second.conditions;
    return std::find(common.begin(), common.end(), condition) != common.end();
  }

  bool meets(const Condition& condition, Scope scope, std::size_t begin, std::size_t end,
             std::optional<std::size_t> source) const {
    for (std::size_t i = begin; i < end; ++i) {
      if (scope == Scope::global) {
        if (any_matches(condition, names_[i].output)) return true;
        continue;
      }
      for (std::size_t j = 0; j < names_[i].input.size(); ++j) {
        if (source && *source != j) continue;
        if (any_matches(condition, names_[i].input[j])) return true;
      }
    }
    return false;
  }

  const PlanContext& context_;
  std::span<const SliceNames> names_;
};

}  // namespace

void check_parameters(PlanContext& context) {
  Checker checker(context);
  checker.map(context.recipe->parameters, Level::recipe);
  for (const PlanSlice& slice : context.slices) {
    if (slice.parameters != nullptr) checker.map(*slice.parameters, Level::slice);
    for (std::size_t i = 0; i < slice.sources.size(); ++i) {
      const PlanSource& source = slice.sources[i];
      if (source.parameters == nullptr) continue;
      checker.map(*source.parameters, Level::model);
      if (i == slice.base && !source.parameters->empty()) {
        context.notes.add(
            fmt::format("parameters of the base '{}' are not read by {}", source.name, context.method->name));
      }
    }
  }
}

void check_filters(const PlanContext& context, std::span<const SliceNames> names) {
  FilterChecker(context, names).check();
}

}  // namespace tsugi::merge
