// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The readers of recipes, of several in one file, and of searches. A recipe that is read must come back equal
// from the YAML written of it.
#include <array>
#include <cstdio>
#include <cstdlib>

#include "recipes/recipe.h"
#include "recipes/recipe_graph.h"
#include "recipes/search_spec.h"
#include "tests/fuzz/target.h"

namespace tsugi::fuzz {
namespace {

constexpr const char* kFile = "recipe.yaml";

void read_recipe(std::string_view text) {
  std::vector<std::string> notes;
  const recipes::Recipe recipe = recipes::parse_recipe(text, kFile, recipes::Strictness::lenient, &notes);
  const std::string written = recipes::to_yaml(recipe);
  bool same = false;
  try {
    same = recipes::parse_recipe(written, kFile) == recipe;
  } catch (const InputError& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  if (same) return;
  std::fprintf(stderr, "a recipe comes back different; it was written as:\n%s\n", written.c_str());
  std::abort();
}

}  // namespace

std::vector<std::string> corpus() {
  std::vector<std::string> texts{file_text("recipes/pocket/search.yaml")};
  for (const char* name : {"linear", "slerp", "task_arithmetic", "ties"})
    texts.push_back(file_text(std::string("recipes/library/") + name + ".yaml"));
  for (const char* name : {"dare_ties", "gradient_slerp", "linear", "model_stock", "modules", "multi",
                           "nuslerp", "passthrough_stack", "ties"})
    texts.push_back(file_text(std::string("tests/recipes/mergekit/") + name + ".yaml"));
  return texts;
}

std::span<const std::string_view> words() {
  static constexpr std::array<std::string_view, 40> kWords{"merge_method: linear\n",
                                                           "models:\n",
                                                           "  - model: a\n",
                                                           "slices:\n",
                                                           "  - sources:\n",
                                                           "layer_range: [0, 2]",
                                                           "modules:\n",
                                                           "base_model: a\n",
                                                           "parameters:\n",
                                                           "  weight: 1\n",
                                                           "    - {filter: mlp, value: 1}\n",
                                                           "dtype: bfloat16\n",
                                                           "out_dtype: float16\n",
                                                           "seed: 1\n",
                                                           "tokenizer:\n",
                                                           "  source: union\n",
                                                           "  tokens:\n",
                                                           "  pad_to_multiple_of: 8\n",
                                                           "chat_template: auto\n",
                                                           "name: a\n",
                                                           "---\n",
                                                           "...\n",
                                                           "&a ",
                                                           "*a",
                                                           "<<: *a\n",
                                                           "!!str ",
                                                           "!!python/x ",
                                                           "|\n",
                                                           ">-\n",
                                                           "? ",
                                                           "- ",
                                                           "{",
                                                           "}",
                                                           "[",
                                                           "]",
                                                           ".nan",
                                                           ".inf",
                                                           "~",
                                                           "# ",
                                                           "\\x00"};
  return kWords;
}

}  // namespace tsugi::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tsugi;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.find("genome") != std::string_view::npos)
    fuzz::attempt([&] { recipes::parse_search(text, fuzz::kFile); });
  else if (text.find("---") != std::string_view::npos)
    fuzz::attempt([&] { recipes::parse_recipe_graph(text, fuzz::kFile); });
  else
    fuzz::attempt([&] { fuzz::read_recipe(text); });
  return 0;
}
