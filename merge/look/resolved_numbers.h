// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A plan's numbers as a user thinks of them: each parameter for every layer and role instead of every tensor.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "merge/methods/method.h"
#include "merge/plan.h"

namespace tsugi::merge {

/// One parameter in the tensors of one role in one layer.
struct ResolvedCell {
  std::size_t tensors = 0;  ///< several: experts, biases that share a role
  double low = 0;           ///< equal to `high` unless a filter tells these tensors apart
  double high = 0;
  Origin origin = {};  ///< of the first tensor; line 0: the method's default

  bool operator==(const ResolvedCell&) const = default;
};

struct ResolvedParameter {
  const Parameter* row = nullptr;
  std::string model;  ///< as the recipe writes it; "" for a parameter of the whole merge
  /// [place][role]: none where no tensor of that role is merged with this model.
  std::vector<std::vector<std::optional<ResolvedCell>>> cells = {};

  /// The value that all cells have, if there is one.
  std::optional<double> constant() const;
};

struct ResolvedNumbers {
  std::vector<std::string> places = {};  ///< "before", "layer 0", …, "after"
  std::vector<std::string> roles = {};   ///< in the order in which tensors mention them
  std::vector<ResolvedParameter> parameters = {};
  std::vector<std::string> copied = {};  ///< output tensors that have no numbers: taken as they are
};

/// "0.5", "true": a number as people write it in a recipe.
std::string value_text(double value, const Parameter& row);
/// The same of a cell, "0.25..0.75" where its tensors differ, "" for none.
std::string cell_text(const std::optional<ResolvedCell>& cell, const Parameter& row);
/// "weight of ../pocket/math"
std::string title_of(const ResolvedParameter& parameter);

/// Of all tensors that `method` merges. The order of parameters is that of the method's table, and inside a
/// per-model one that in which the plan names the models.
ResolvedNumbers resolve_numbers(const MergePlan& plan, const Method& method);

/// Roles whose numbers are the same in every place, joined: places in ResolvedNumbers::roles, each group in
/// order, groups by their first.
std::vector<std::vector<std::size_t>> alike_roles(const ResolvedParameter& parameter);

}  // namespace tsugi::merge
