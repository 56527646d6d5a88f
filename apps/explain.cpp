// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi explain RECIPE
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <set>

#include "apps/commands.h"
#include "apps/recipe_argument.h"
#include "apps/text_table.h"
#include "merge/look/resolved_numbers.h"

namespace tsugi::apps {
namespace {

using Json = nlohmann::ordered_json;
using Cell = std::optional<merge::ResolvedCell>;

struct Options {
  RecipeOptions recipe;
  bool heat = false;
};

// "recipe.yaml:7, :9, default": where the numbers are written.
std::string origins_text(const merge::ResolvedParameter& parameter, const std::string& file) {
  std::set<int> lines;
  for (const auto& place : parameter.cells) {
    for (const Cell& cell : place) {
      if (cell) lines.insert(cell->origin.line);
    }
  }
  std::vector<std::string> texts;
  for (const int line : lines) {
    if (line > 0) texts.push_back(fmt::format("{}:{}", texts.empty() ? file : std::string(), line));
  }
  if (lines.count(0) > 0) texts.emplace_back("default");
  return fmt::format("{}", fmt::join(texts, ", "));
}

// Columns of roles with the same numbers, and what to call them.
struct Columns {
  std::vector<std::vector<std::size_t>> groups;
  std::vector<std::string> names;
  std::string legend;  // what stands behind names that are short for several roles
};

Columns columns_of(const merge::ResolvedParameter& parameter, const std::vector<std::string>& roles) {
  constexpr std::size_t kWide = 24;
  Columns columns{.groups = merge::alike_roles(parameter), .names = {}, .legend = ""};
  for (const auto& group : columns.groups) {
    std::vector<std::string> names;
    for (const std::size_t role : group) names.push_back(roles[role]);
    std::string all = fmt::format("{}", fmt::join(names, ", "));
    if (group.size() > 1 && all.size() > kWide) {
      const std::string name = fmt::format("{} +{}", names.front(), names.size() - 1);
      columns.legend += fmt::format("  {}: {}\n", name, all);
      all = name;
    }
    columns.names.push_back(std::move(all));
  }
  return columns;
}

std::string table_of(const merge::ResolvedParameter& parameter, const merge::ResolvedNumbers& numbers) {
  const Columns columns = columns_of(parameter, numbers.roles);
  std::vector<std::string> head{"layer"};
  head.insert(head.end(), columns.names.begin(), columns.names.end());
  TextTable table(head);
  for (std::size_t place = 0; place < numbers.places.size(); ++place) {
    std::vector<std::string> cells{numbers.places[place]};
    for (const auto& group : columns.groups)
      cells.push_back(cell_text(parameter.cells[place][group.front()], *parameter.row));
    if (std::any_of(cells.begin() + 1, cells.end(), [](const auto& cell) { return !cell.empty(); }))
      table.add(std::move(cells));
  }
  return table.text() + columns.legend;
}

struct Extent {
  double low = HUGE_VAL;
  double high = -HUGE_VAL;
};

Extent extent_of(const merge::ResolvedParameter& parameter) {
  Extent extent;
  for (const auto& place : parameter.cells) {
    for (const Cell& cell : place) {
      if (!cell) continue;
      extent.low = std::min(extent.low, cell->low);
      extent.high = std::max(extent.high, cell->high);
    }
  }
  return extent;
}

// One character a place, one line a column of the table: dark is low, full is high, a dot is no tensor.
std::string heat_of(const merge::ResolvedParameter& parameter, const merge::ResolvedNumbers& numbers) {
  constexpr std::array<std::string_view, 5> kShades{" ", "░", "▒", "▓", "█"};
  const Columns columns = columns_of(parameter, numbers.roles);
  const Extent extent = extent_of(parameter);
  std::size_t width = 0;
  for (const std::string& name : columns.names) width = std::max(width, width_of(name));
  std::string text;
  for (std::size_t i = 0; i < columns.groups.size(); ++i) {
    text += fmt::format("  {}{} |", columns.names[i], std::string(width - width_of(columns.names[i]), ' '));
    for (const auto& place : parameter.cells) {
      const Cell& cell = place[columns.groups[i].front()];
      if (!cell) {
        text += "·";
        continue;
      }
      const double share = ((cell->low + cell->high) / 2 - extent.low) / (extent.high - extent.low);
      const auto shade = static_cast<std::size_t>(share * static_cast<double>(kShades.size()));
      text += kShades.at(std::min(shade, kShades.size() - 1));
    }
    text += "|\n";
  }
  return text + fmt::format("  {} to {}; left to right: {} to {}\n", value_text(extent.low, *parameter.row),
                            value_text(extent.high, *parameter.row), numbers.places.front(),
                            numbers.places.back());
}

Json numbers_json(const merge::ResolvedNumbers& numbers) {
  Json parameters = Json::array();
  for (const merge::ResolvedParameter& parameter : numbers.parameters) {
    Json values = Json::array();
    for (std::size_t place = 0; place < numbers.places.size(); ++place) {
      for (std::size_t role = 0; role < numbers.roles.size(); ++role) {
        const Cell& cell = parameter.cells[place][role];
        if (!cell) continue;
        Json row = {{"place", numbers.places[place]}, {"role", numbers.roles[role]}, {"value", cell->low}};
        if (cell->high != cell->low) row["highest"] = cell->high;
        row["tensors"] = cell->tensors;
        row["line"] = cell->origin.line > 0 ? Json(cell->origin.line) : Json(nullptr);
        values.push_back(row);
      }
    }
    Json row = {{"name", parameter.row->name}};
    row["model"] = parameter.model.empty() ? Json(nullptr) : Json(parameter.model);
    row["doc"] = parameter.row->doc;
    row["values"] = values;
    parameters.push_back(row);
  }
  return parameters;
}

void tell(const Console& console, const PlannedRecipe& planned, const merge::Method& method,
          const merge::ResolvedNumbers& numbers, bool heat) {
  console.print(fmt::format("{}: {}\n  {}\n", method.name, method.title, method.formula));
  for (const merge::ResolvedParameter& parameter : numbers.parameters) {
    const std::string origins = origins_text(parameter, planned.recipe.file);
    if (const auto constant = parameter.constant()) {
      console.print(fmt::format("{} = {} everywhere ({})", title_of(parameter),
                                value_text(*constant, *parameter.row), origins));
      continue;
    }
    console.print(fmt::format("\n{} ({})\n{}", title_of(parameter), origins, table_of(parameter, numbers)));
    if (heat) console.print(heat_of(parameter, numbers));
  }
  if (numbers.parameters.empty()) console.print("The method has no parameters.");
  if (!numbers.copied.empty()) {
    constexpr std::size_t kShown = 5;  // the rest is in --json
    const auto end =
        numbers.copied.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, numbers.copied.size()));
    console.print(fmt::format("\ncopied as they are ({}): {}{}", numbers.copied.size(),
                              fmt::join(numbers.copied.begin(), end, ", "),
                              numbers.copied.size() > kShown ? ", …" : ""));
  }
  console.print_json({{"recipe", planned.recipe.file},
                      {"method", method.name},
                      {"formula", method.formula},
                      {"places", numbers.places},
                      {"roles", numbers.roles},
                      {"parameters", numbers_json(numbers)},
                      {"copied", numbers.copied},
                      {"notes", planned.notes}});
}

void run_explain(const Options& options, const CommonOptions& common) {
  const Console console(common);
  const PlannedRecipe planned = plan_recipe(options.recipe);
  for (const std::string& note : planned.notes) console.note(fmt::format("note: {}", note));
  const merge::Method& method = *merge::find_method(planned.recipe.merge_method);  // the plan knows it
  tell(console, planned, method, merge::resolve_numbers(planned.plan, method),
       options.heat || ::isatty(STDOUT_FILENO) == 1);
}

}  // namespace

Action add_explain(CLI::App& app) {
  auto options = std::make_shared<Options>();
  add_recipe_options(app, options->recipe);
  app.add_flag("--heat", options->heat,
               "Shade the numbers over the layers; on a terminal this is done anyway");
  app.footer(
      "For each parameter the number that every layer and role gets, after gradients, filters and defaults, "
      "and the\n"
      "lines of the recipe that it comes from. Roles with the same numbers share a column. Reads headers "
      "alone.\n\n"
      "Example: tsugi explain recipes/library/slerp.yaml");
  return [options](const CommonOptions& common) { run_explain(*options, common); };
}

}  // namespace tsugi::apps
