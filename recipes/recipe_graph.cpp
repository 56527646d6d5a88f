// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/recipe_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "recipes/recipe_reader.h"
#include "recipes/search_spec.h"
#include "recipes/yaml.h"

namespace tsugi::recipes {
namespace {

// Far above any use; the sort below recurses once a document.
constexpr std::size_t kMostDocuments = 1000;

void visit_entries(std::vector<ModelEntry>& models, const std::function<void(ModelReference&)>& visit) {
  for (ModelEntry& entry : models) visit(entry.model);
}

void visit_slices(std::vector<Slice>& slices, const std::function<void(ModelReference&)>& visit) {
  for (Slice& slice : slices) {
    for (SliceSource& source : slice.sources) visit(source.model);
    if (slice.base_model) visit(*slice.base_model);
  }
}

void check_name(const Recipe& recipe, const std::string& file) {
  const std::string& name = recipe.name;
  if (name.find_first_of("/\\") != std::string::npos || name == "." || name == "..") {
    throw InputError(recipe.name_mark, fmt::format("name '{}', expected the name of a folder", name),
                     "use letters, digits, '-' and '_'");
  }
  if (name.find_first_of("+@") != std::string::npos) {
    throw InputError(recipe.name_mark,
                     fmt::format("name '{}' with a character that model references use", name),
                     "leave out '+' and '@'");
  }
  if (find_beside(name, file)) {
    throw InputError(recipe.name_mark,
                     fmt::format("name '{}' is also the path of something that exists, so references to it "
                                 "could mean either",
                                 name),
                     "choose another name");
  }
}

void check_names(const std::vector<Recipe>& documents, const std::string& file) {
  const Recipe* unnamed = nullptr;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const Recipe& recipe = documents[i];
    if (recipe.name.empty()) {
      if (unnamed != nullptr) {
        throw InputError(recipe.method_mark,
                         fmt::format("a second recipe without 'name' (the first has merge_method in line {})",
                                     unnamed->method_mark.line),
                         "name all but the final merge, for example name: step1");
      }
      unnamed = &recipe;
      continue;
    }
    check_name(recipe, file);
    for (std::size_t j = 0; j < i; ++j) {
      if (documents[j].name != recipe.name) continue;
      throw InputError(recipe.name_mark,
                       fmt::format("name '{}' for the second time (first in line {})", recipe.name,
                                   documents[j].name_mark.line),
                       "give each document a name of its own");
    }
  }
}

/// A reference from one document to another.
struct Edge {
  std::size_t to;
  Mark mark;
};

class Sorter {
 public:
  explicit Sorter(std::vector<Recipe>& documents) : documents_(documents), state_(documents.size()) {
    for (Recipe& recipe : documents_) {
      std::vector<Edge> edges;
      for_each_model(recipe, [&](ModelReference& model) {
        for (std::size_t i = 0; i < documents_.size(); ++i) {
          if (!model.text.empty() && documents_[i].name == model.text) edges.push_back({i, model.mark});
        }
      });
      edges_.push_back(std::move(edges));
    }
  }

  std::vector<Recipe> sorted(std::size_t last) {
    check_final(last);
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      if (i != last) visit(i);
    }
    visit(last);
    std::vector<Recipe> steps;
    for (const std::size_t i : order_) steps.push_back(std::move(documents_[i]));
    return steps;
  }

 private:
  enum class State { unseen, waiting, done };

  void check_final(std::size_t last) const {
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      for (const Edge& edge : edges_[i]) {
        if (edge.to != last || i == last) continue;
        throw InputError(
            edge.mark,
            fmt::format("'{}' is the last document and so the final merge, but its result is used here",
                        documents_[last].name),
            "put the final merge last, or leave its name out");
      }
    }
  }

  void visit(std::size_t document) {
    if (state_[document] == State::done) return;
    state_[document] = State::waiting;
    for (const Edge& edge : edges_[document]) {
      if (state_[edge.to] == State::waiting) {
        const std::string& name = documents_[edge.to].name;
        const std::string what = edge.to == document
                                     ? fmt::format("'{}' takes its own result as input", name)
                                     : fmt::format("'{}' is waited for here and waits for this itself", name);
        throw InputError(edge.mark, what, "let every merge use results of others that do not need it");
      }
      visit(edge.to);
    }
    state_[document] = State::done;
    order_.push_back(document);
  }

  std::vector<Recipe>& documents_;
  std::vector<std::vector<Edge>> edges_;
  std::vector<State> state_;
  std::vector<std::size_t> order_;
};

}  // namespace

void for_each_model(Recipe& recipe, const std::function<void(ModelReference&)>& visit) {
  if (recipe.base_model) visit(*recipe.base_model);
  visit_entries(recipe.models, visit);
  visit_slices(recipe.slices, visit);
  for (Module& module : recipe.modules) {
    visit_entries(module.models, visit);
    visit_slices(module.slices, visit);
  }
  if (!recipe.tokenizer) return;
  if (recipe.tokenizer->model) visit(*recipe.tokenizer->model);
  for (TokenSetting& setting : recipe.tokenizer->tokens) {
    if (setting.model) visit(*setting.model);
  }
}

std::string to_yaml(const RecipeGraph& graph) {
  std::string text;
  for (const Recipe& step : graph.steps) text += (text.empty() ? "" : "---\n") + to_yaml(step);
  return text;
}

RecipeGraph parse_recipe_graph(std::string_view text, const std::string& file, Strictness strictness,
                               std::vector<std::string>* notes) {
  const UnknownKeys unknown{.refuse = strictness == Strictness::strict, .notes = notes};
  std::vector<Recipe> documents;
  std::size_t number = 0;
  for (const YAML::Node& node : load_yaml_documents(text, file)) {
    if (++number > kMostDocuments) {
      throw InputError(file, fmt::format("more than {} documents", kMostDocuments),
                       "is this the right file?");
    }
    const YamlValue root(node, file);
    if (root.is_null()) {
      if (notes != nullptr)
        notes->push_back(fmt::format("{}: document {} is empty and skipped", file, number));
      continue;
    }
    Recipe recipe = recipe_in(root, unknown);
    recipe.file = file;
    recipe.source_text = text;
    documents.push_back(std::move(recipe));
  }
  if (documents.empty())
    throw InputError(file, "an empty file, expected a recipe", "start from one in recipes/library");
  if (documents.size() == 1) return {std::move(documents)};
  check_names(documents, file);
  const auto unnamed = std::find_if(documents.begin(), documents.end(),
                                    [](const Recipe& recipe) { return recipe.name.empty(); });
  const std::size_t last = unnamed == documents.end() ? documents.size() - 1
                                                      : static_cast<std::size_t>(unnamed - documents.begin());
  return {Sorter(documents).sorted(last)};
}

RecipeGraph read_recipe_graph(const std::filesystem::path& file, Strictness strictness,
                              std::vector<std::string>* notes) {
  return parse_recipe_graph(read_yaml_text(file), file.string(), strictness, notes);
}

}  // namespace tsugi::recipes
