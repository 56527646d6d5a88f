// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "evolve/report/html.h"
#include "evolve/report/sections/sections.h"
#include "merge/look/resolved_numbers.h"
#include "merge/plan.h"

namespace tsugi::evolve {
namespace {

using Cell = std::optional<merge::ResolvedCell>;

// As many columns have room for a number of four characters; more are colours alone, with the number as a
// hint.
constexpr std::size_t kColumnsWithNumbers = 18;

/// All of one parameter, model by model.
using Models = std::vector<const merge::ResolvedParameter*>;

std::vector<Models> by_parameter(const merge::ResolvedNumbers& numbers) {
  std::vector<Models> all;
  for (const merge::ResolvedParameter& parameter : numbers.parameters) {
    const auto same = [&](const Models& models) { return models.front()->row == parameter.row; };
    const auto found = std::find_if(all.begin(), all.end(), same);
    if (found == all.end()) {
      all.push_back({&parameter});
    } else {
      found->push_back(&parameter);
    }
  }
  return all;
}

double middle(const merge::ResolvedCell& cell) {
  return (cell.low + cell.high) / 2;
}

/// Colours say how far from 0 a number is, on one scale for all models.
double largest_of(const Models& models) {
  double largest = 0;
  for (const merge::ResolvedParameter* parameter : models) {
    for (const auto& place : parameter->cells) {
      for (const Cell& cell : place) {
        if (cell) largest = std::max(largest, std::abs(middle(*cell)));
      }
    }
  }
  return largest;
}

// Places at which some model has a number, in order.
std::vector<std::size_t> places_of(const Models& models, std::size_t count) {
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < count; ++place) {
    const bool any = std::any_of(models.begin(), models.end(), [&](const auto* parameter) {
      const auto& cells = parameter->cells[place];
      return std::any_of(cells.begin(), cells.end(), [](const Cell& cell) { return cell.has_value(); });
    });
    if (any) places.push_back(place);
  }
  return places;
}

// "layer 3" is 3 below the heading of layers.
std::string place_title(const std::string& place) {
  constexpr std::string_view kLayer = "layer ";
  return place.rfind(kLayer, 0) == 0 ? place.substr(kLayer.size()) : place;
}

std::string short_value(double value, const merge::Parameter& row) {
  if (row.kind == merge::Kind::boolean) return merge::value_text(value, row);
  return fmt::format("{}{:.2f}", value < 0 ? "−" : "", std::abs(value));
}

std::string cell_markup(const Cell& cell, const merge::Parameter& row, double largest, bool with_number) {
  if (!cell) return "<td class=\"none\"></td>";
  const double value = middle(*cell);
  const double share = largest > 0 ? std::abs(value) / largest : 0;
  return fmt::format("<td class=\"{}\" style=\"--share:{:.3f}\" title=\"{}\">{}</td>",
                     value < 0 ? "below" : "above", share, html::escaped(merge::cell_text(cell, row)),
                     with_number ? short_value(value, row) : "");
}

std::string rows_of(const merge::ResolvedParameter& parameter, const merge::ResolvedNumbers& numbers,
                    const std::vector<std::size_t>& places, double largest) {
  const bool with_numbers = places.size() <= kColumnsWithNumbers;
  const auto groups = merge::alike_roles(parameter);
  std::string out = "<tbody>\n";
  for (const auto& group : groups) {
    std::vector<std::string> roles;
    for (const std::size_t role : group) roles.push_back(numbers.roles[role]);
    out += "<tr>";
    if (&group == &groups.front()) {
      const std::string model = parameter.model.empty() ? "all models" : parameter.model;
      const std::string name = std::filesystem::path(model).filename().string();
      out += fmt::format("<th scope=\"rowgroup\" rowspan=\"{}\" title=\"{}\"><bdi>{}</bdi></th>",
                         groups.size(), html::escaped(model), html::escaped(name.empty() ? model : name));
    }
    out += fmt::format("<th scope=\"row\" class=\"role\">{}</th>",
                       html::escaped(fmt::format("{}", fmt::join(roles, ", "))));
    for (const std::size_t place : places)
      out += cell_markup(parameter.cells[place][group.front()], *parameter.row, largest, with_numbers);
    out += "</tr>\n";
  }
  return out + "</tbody>\n";
}

// "Colours: −0.928 0 0.928", each on its own; below 0 only where there are such numbers.
std::string scale_markup(const Models& models, double largest) {
  const bool any_below = std::any_of(models.begin(), models.end(), [](const auto* parameter) {
    return std::any_of(parameter->cells.begin(), parameter->cells.end(), [](const auto& place) {
      return std::any_of(place.begin(), place.end(),
                         [](const Cell& cell) { return cell && middle(*cell) < 0; });
    });
  });
  const std::string below = fmt::format("<span class=\"below\" style=\"--share:1\">−{:.3g}</span> ", largest);
  return fmt::format(
      "<span class=\"scale\">Colours: {}<span>0</span> <span class=\"above\" "
      "style=\"--share:1\">{:.3g}</span></span>",
      any_below ? below : "", largest);
}

std::string heat_map(const Models& models, const merge::ResolvedNumbers& numbers) {
  const double largest = largest_of(models);
  const std::vector<std::size_t> places = places_of(models, numbers.places.size());
  const merge::Parameter& row = *models.front()->row;
  std::string out = fmt::format(
      "<figure class=\"scroll\" tabindex=\"0\"><table class=\"heat\"><caption><strong>{}</strong>: {} "
      "{}</caption>\n"
      "<thead><tr><th scope=\"col\">Model</th><th scope=\"col\">Roles</th>",
      html::escaped(row.name), html::escaped(row.doc), scale_markup(models, largest));
  for (const std::size_t place : places)
    out += fmt::format("<th scope=\"col\">{}</th>", html::escaped(place_title(numbers.places[place])));
  out += "</tr></thead>\n";
  for (const merge::ResolvedParameter* parameter : models)
    out += rows_of(*parameter, numbers, places, largest);
  return out + "</table></figure>\n";
}

// Numbers that are the same everywhere have no map; one line each.
std::string constant(const merge::ResolvedParameter& parameter, double value) {
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n",
                     html::escaped(merge::title_of(parameter)),
                     html::escaped(merge::value_text(value, *parameter.row)));
}

}  // namespace

std::string heat_maps(const recipes::Recipe& recipe) {
  merge::CheckpointStore checkpoints;
  const merge::MergePlan plan = merge::plan_merge(recipe, checkpoints);
  const merge::ResolvedNumbers numbers =
      merge::resolve_numbers(plan, *merge::find_method(recipe.merge_method));  // the plan knows it
  std::string maps;
  std::string constants;
  for (const Models& models : by_parameter(numbers)) {
    const bool all_constant = std::all_of(models.begin(), models.end(), [](const auto* parameter) {
      return parameter->constant().has_value();
    });
    if (!all_constant) {
      maps += heat_map(models, numbers);
      continue;
    }
    for (const merge::ResolvedParameter* parameter : models)
      constants += constant(*parameter, *parameter->constant());
  }
  if (!constants.empty())
    constants = "<table class=\"constants\"><caption>The same in every layer and role</caption>\n<tbody>\n" +
                constants + "</tbody></table>\n";
  return fmt::format("<p>Merge method: <code>{}</code>.</p>\n", html::escaped(recipe.merge_method)) + maps +
         constants;
}

}  // namespace tsugi::evolve
