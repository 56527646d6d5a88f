// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Several merges in one file, as mergekit-multi reads them: YAML documents with `name:`, any of which may
// name the result of another where a model stands.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/recipe.h"

namespace tsugi::recipes {

/// The recipes of a file, each after those whose results it names. The last one is the final merge: the
/// document without a name, else the last in the file. A file of one document is a graph of one recipe.
struct RecipeGraph {
  std::vector<Recipe> steps;

  const Recipe& final_step() const { return steps.back(); }
};

/// Throws InputError with file:line:column for what parse_recipe refuses in any document, a second document
/// without a name, a name twice or one that is no plain folder name or the path of something that exists, and
/// documents that wait for each other. Documents without content are skipped with a note. `source_text` of
/// every step is the whole file.
RecipeGraph read_recipe_graph(const std::filesystem::path& file, Strictness strictness = Strictness::strict,
                              std::vector<std::string>* notes = nullptr);
RecipeGraph parse_recipe_graph(std::string_view text, const std::string& file,
                               Strictness strictness = Strictness::strict,
                               std::vector<std::string>* notes = nullptr);

/// YAML documents that read back to an equal graph.
std::string to_yaml(const RecipeGraph& graph);

/// Every place in a recipe where a model stands, those of the tokenizer included.
void for_each_model(Recipe& recipe, const std::function<void(ModelReference&)>& visit);

}  // namespace tsugi::recipes
