// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// From settings in a recipe to one number for each tensor. A per-model parameter is looked up in the source's
// entry, the slice, the recipe, and last in the method's default; a global one skips the entry. At each level
// the first condition whose filter matches gives the value; without one the next level is asked.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "merge/plan.h"
#include "merge/plan/context.h"

namespace tsugi::merge {

/// A tensor of one source that goes into an output tensor.
struct PlanInput {
  std::size_t source = 0;  ///< in the slice
  const TensorView* view = nullptr;
  std::string_view name;  ///< that filters of per-model parameters see
};

/// Checks every parameter of the recipe by itself: known to the method, at a level where it is read, in
/// range. Throws InputError at its mark.
void check_parameters(PlanContext& context);

/// The parameters of one slice with their levels found once.
class SliceParameters {
 public:
  SliceParameters(const PlanContext& context, const PlanSlice& slice);

  /// Settings for an output tensor at depth t. `models` leaves the base out. Throws InputError when a
  /// required parameter has no value or an integer one lies between two integers. Also fills the places in
  /// `origins`, which has an entry for each model.
  Settings resolve(std::string_view output, std::span<const PlanInput> models, double t,
                   Origins& origins) const;

 private:
  using Levels = std::vector<const recipes::ParameterSetting*>;

  double value(const Parameter& row, const Levels& levels, std::string_view tensor, double t,
               const PlanSource* source, std::vector<Origin>& origins) const;
  [[noreturn]] void missing(const Parameter& row, std::string_view tensor, const PlanSource* source) const;

  const PlanContext& context_;
  const PlanSlice& slice_;
  std::vector<Levels> global_;                  // [global parameter]
  std::vector<std::vector<Levels>> per_model_;  // [source][per-model parameter]
};

/// What filters are matched against: names of one slice's tensors.
struct SliceNames {
  std::vector<std::string_view> output;
  std::vector<std::vector<std::string_view>> input;  ///< [source]
};

/// Throws InputError at the first filter that matches no tensor of its level. `names` has one entry for each
/// slice.
void check_filters(const PlanContext& context, std::span<const SliceNames> names);

}  // namespace tsugi::merge
