// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Where the results of a graph of merges lie: intermediate ones in a temporary folder beside the output, on
// its file system, or in one that the user keeps.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "recipes/recipe_graph.h"

namespace tsugi::apps {

class MergeSteps {
 public:
  /// `intermediate` is a folder to keep, or "": then intermediate results are removed by the destructor.
  /// Throws InputError for a result that nothing uses and nobody keeps.
  MergeSteps(const recipes::RecipeGraph& graph, std::filesystem::path out, const std::string& intermediate);
  ~MergeSteps();
  MergeSteps(const MergeSteps&) = delete;
  MergeSteps& operator=(const MergeSteps&) = delete;

  /// What can be found wrong with any step before the first one has run: its method. Throws InputError.
  void check() const;

  /// The folder that step `i` writes.
  std::string folder(std::size_t i) const;
  /// Step `i` with the folders of earlier steps in place of their names.
  recipes::Recipe recipe(std::size_t i) const;

 private:
  const recipes::RecipeGraph& graph_;
  std::filesystem::path out_;
  std::filesystem::path intermediate_;
  bool temporary_;
};

}  // namespace tsugi::apps
