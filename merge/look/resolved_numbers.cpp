// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/resolved_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "merge/look/roles.h"
#include "recipes/architecture.h"

namespace tsugi::merge {
namespace {

std::size_t place_in(std::vector<std::string>& list, const std::string& text) {
  const auto found = std::find(list.begin(), list.end(), text);
  if (found != list.end()) return static_cast<std::size_t>(found - list.begin());
  list.push_back(text);
  return list.size() - 1;
}

class Collector {
 public:
  Collector(const MergePlan& plan, const Method& method)
      : plan_(plan), method_(method), family_(recipes::find_architecture(plan.config.architecture())) {}

  ResolvedNumbers collect() {
    for (const PlannedTensor& tensor : plan_.tensors) {
      if (tensor.method != &method_) {
        numbers_.copied.push_back(tensor.output.name);
        continue;
      }
      const std::size_t place = place_in(numbers_.places, tensor.role);
      const std::size_t role = place_in(numbers_.roles, place_of(tensor.output.name, family_).role);
      add_tensor(tensor, place, role);
    }
    finish();
    return std::move(numbers_);
  }

 private:
  void add_tensor(const PlannedTensor& tensor, std::size_t place, std::size_t role) {
    std::size_t global = 0;
    std::size_t per_model = 0;
    for (const Parameter& row : method_.parameters) {
      if (row.scope == Scope::global) {
        add(parameter(row, ""), place, role, tensor.settings.global[global],
            origin(tensor.origins.parameters, global));
        ++global;
        continue;
      }
      for (std::size_t i = 0; i < tensor.settings.per_model.size(); ++i) {
        const bool named = i < tensor.origins.models.size();
        add(parameter(row, named ? tensor.origins.models[i].name : ""), place, role,
            tensor.settings.per_model[i][per_model],
            named ? origin(tensor.origins.models[i].parameters, per_model) : Origin());
      }
      ++per_model;
    }
  }

  static Origin origin(const std::vector<Origin>& all, std::size_t index) {
    return index < all.size() ? all[index] : Origin();
  }

  ResolvedParameter& parameter(const Parameter& row, const std::string& model) {
    for (ResolvedParameter& known : numbers_.parameters) {
      if (known.row == &row && known.model == model) return known;
    }
    return numbers_.parameters.emplace_back(ResolvedParameter{.row = &row, .model = model});
  }

  static void add(ResolvedParameter& parameter, std::size_t place, std::size_t role, double value,
                  Origin origin) {
    auto& cells = parameter.cells;
    if (cells.size() <= place) cells.resize(place + 1);
    if (cells[place].size() <= role) cells[place].resize(role + 1);
    std::optional<ResolvedCell>& cell = cells[place][role];
    if (!cell) cell = ResolvedCell{.tensors = 0, .low = value, .high = value, .origin = origin};
    ++cell->tensors;
    cell->low = std::min(cell->low, value);
    cell->high = std::max(cell->high, value);
  }

  // Models that the first tensors lack come late: the table's order is restored. All cells get one size.
  void finish() {
    std::stable_sort(numbers_.parameters.begin(), numbers_.parameters.end(),
                     [](const ResolvedParameter& a, const ResolvedParameter& b) { return a.row < b.row; });
    for (ResolvedParameter& parameter : numbers_.parameters) {
      parameter.cells.resize(numbers_.places.size());
      for (auto& row : parameter.cells) row.resize(numbers_.roles.size());
    }
  }

  const MergePlan& plan_;
  const Method& method_;
  const recipes::Architecture* family_;
  ResolvedNumbers numbers_;
};

bool same_numbers(const std::optional<ResolvedCell>& a, const std::optional<ResolvedCell>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->low == b->low && a->high == b->high;
}

}  // namespace

std::optional<double> ResolvedParameter::constant() const {
  std::optional<double> found;
  for (const auto& place : cells) {
    for (const auto& cell : place) {
      if (!cell) continue;
      if (cell->low != cell->high || (found && *found != cell->low)) return std::nullopt;
      found = cell->low;
    }
  }
  return found;
}

std::string value_text(double value, const Parameter& row) {
  if (row.kind == Kind::boolean) return value != 0 ? "true" : "false";
  return fmt::format("{:.6g}", value);
}

std::string cell_text(const std::optional<ResolvedCell>& cell, const Parameter& row) {
  if (!cell) return "";
  if (cell->low == cell->high) return value_text(cell->low, row);
  return fmt::format("{}..{}", value_text(cell->low, row), value_text(cell->high, row));
}

std::string title_of(const ResolvedParameter& parameter) {
  return parameter.model.empty() ? std::string(parameter.row->name)
                                 : fmt::format("{} of {}", parameter.row->name, parameter.model);
}

ResolvedNumbers resolve_numbers(const MergePlan& plan, const Method& method) {
  return Collector(plan, method).collect();
}

std::vector<std::vector<std::size_t>> alike_roles(const ResolvedParameter& parameter) {
  std::vector<std::vector<std::size_t>> groups;
  const std::size_t roles = parameter.cells.empty() ? 0 : parameter.cells.front().size();
  for (std::size_t role = 0; role < roles; ++role) {
    const auto holds = [&](const auto& place) { return place[role].has_value(); };
    if (std::none_of(parameter.cells.begin(), parameter.cells.end(), holds)) continue;
    const auto alike = [&](const std::vector<std::size_t>& group) {
      return std::all_of(parameter.cells.begin(), parameter.cells.end(),
                         [&](const auto& place) { return same_numbers(place[group.front()], place[role]); });
    };
    const auto group = std::find_if(groups.begin(), groups.end(), alike);
    if (group == groups.end()) {
      groups.push_back({role});
    } else {
      group->push_back(role);
    }
  }
  return groups;
}

}  // namespace tsugi::merge
