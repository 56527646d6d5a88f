// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>

#include "evolve/report/html.h"
#include "evolve/report/sections/sections.h"
#include "recipes/error.h"
#include "recipes/recipe_graph.h"

namespace tsugi::evolve {
namespace {

// The winner, or while there is none the candidate of the highest fitness that is a merge.
std::optional<std::size_t> candidate_of(const Archive& archive) {
  if (archive.winner) return archive.winner;
  std::optional<std::size_t> best;
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const Record& record = archive.records[id];
    if (record.origin == Origin::parent || !record.fitness) continue;
    if (!best || *record.fitness > *archive.records[*best].fitness) best = id;
  }
  return best;
}

std::string numbers_of(const recipes::Recipe& recipe) {
  try {
    return heat_maps(recipe);
  } catch (const Error& error) {  // models that have moved or changed since the run
    return fmt::format(
        "<p class=\"note\">The numbers cannot be laid out by layer and role: {}. Run "
        "<code>tsugi report</code> in the folder in which the search ran.</p>\n",
        html::escaped(error.what()));
  }
}

}  // namespace

std::string recipe_section(const Run& run) {
  const std::optional<std::size_t> candidate = candidate_of(run.archive);
  if (!candidate) return "";
  const std::string& text = run.archive.records[*candidate].recipe;
  std::string out = "<section id=\"recipe\" aria-labelledby=\"recipe-title\">\n";
  out += fmt::format("<h2 id=\"recipe-title\">{}</h2>\n",
                     run.archive.winner ? "The winner’s recipe" : "The best candidate so far");
  out += fmt::format("<p>Candidate {} of generation {}.</p>\n", *candidate,
                     run.archive.records[*candidate].generation);
  try {
    const recipes::RecipeGraph graph =
        recipes::parse_recipe_graph(text, fmt::format("candidate {} of {}", *candidate, run.folder.string()));
    const recipes::Recipe& last = graph.final_step();
    // A path over a merge: the path is the last step's, and its numbers are those of the merge.
    out += numbers_of(graph.steps.front()) + layer_path(last);
  } catch (const InputError& error) {  // of another version of this program
    out += fmt::format("<p class=\"note\">The recipe cannot be read: {}.</p>\n", html::escaped(error.what()));
  }
  out += fmt::format(
      "<details><summary>The recipe as YAML</summary>\n<pre class=\"file\" "
      "tabindex=\"0\">{}</pre></details>\n",
      html::escaped(text));
  return out + "</section>\n";
}

}  // namespace tsugi::evolve
