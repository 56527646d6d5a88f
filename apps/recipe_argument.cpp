// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/recipe_argument.h"

#include <fmt/format.h>

#include <utility>

#include "merge/parallel.h"

namespace tsugi::apps {

void add_recipe_options(CLI::App& app, RecipeOptions& options) {
  app.add_option("RECIPE", options.recipe, "mergekit's YAML")->required();
  app.add_option("--seed,--random-seed", options.seed,
                 "Seed of methods that draw (default: the recipe's, else 0)");
  app.add_flag("--lenient", options.lenient,
               "Unknown keys in the recipe, and tokens under other ids, become notes instead of errors");
  app.add_flag("--cut-rows,--unsafe-truncate-embeddings", options.cut_rows,
               "Without tokenizer: in the recipe: drop the rows of embeddings that not all models have");
  app.add_flag("--assume-base-tokenizer", options.assume_base_tokenizer,
               "A model without a tokenizer has the base's, if it has as many rows");
}

PlannedRecipe plan_recipe(recipes::Recipe recipe, const RecipeOptions& options) {
  if (options.seed) recipe.seed = options.seed;
  merge::CheckpointStore checkpoints;
  merge::MergePlan plan = merge::plan_merge(recipe, checkpoints,
                                            {.cut_rows = options.cut_rows,
                                             .lenient = options.lenient,
                                             .assume_base_tokenizer = options.assume_base_tokenizer});
  std::vector<std::string> notes = checkpoints.notes();
  notes.insert(notes.end(), plan.notes.begin(), plan.notes.end());
  return {.recipe = std::move(recipe), .plan = std::move(plan), .notes = std::move(notes)};
}

PlannedRecipe plan_recipe(const RecipeOptions& options) {
  std::vector<std::string> notes;
  recipes::Recipe recipe = recipes::read_recipe(
      options.recipe, options.lenient ? recipes::Strictness::lenient : recipes::Strictness::strict, &notes);
  PlannedRecipe planned = plan_recipe(std::move(recipe), options);
  planned.notes.insert(planned.notes.begin(), notes.begin(), notes.end());
  return planned;
}

void add_max_memory(CLI::App& app, std::string& max_memory) {
  max_memory = "2GiB";
  app.add_option(
      "--max-memory", max_memory,
      "Private memory at most (default 2GiB): fewer threads where it is scarce, never other bytes");
}

merge::MergeMemory merge_memory(const merge::MergePlan& plan, const std::string& max_memory,
                                const CommonOptions& common) {
  const std::size_t threads = common.threads > 0 ? common.threads : merge::available_cores();
  return merge::divide_memory(plan, parse_bytes(max_memory, "--max-memory"), threads,
                              merge::private_memory());
}

std::string vocabulary_table(const merge::VocabularyReport& report) {
  std::string table =
      fmt::format("vocabulary: {}, {} tokens in {} rows\n{:>9} {:>9} {:>9} {:>9} {:>9}  model\n",
                  report.source, report.tokens, report.rows, "tokens", "shared", "moved", "dropped", "added");
  for (const merge::VocabularyChange& row : report.models) {
    table += fmt::format("{:>9} {:>9} {:>9} {:>9} {:>9}  {}\n", row.tokens, row.shared, row.moved,
                         row.dropped, row.added, row.model);
  }
  table.pop_back();
  return table;
}

}  // namespace tsugi::apps
