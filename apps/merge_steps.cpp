// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/merge_steps.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>
#include <vector>

#include "merge/methods/method.h"
#include "recipes/error.h"

namespace tsugi::apps {
namespace {

namespace fs = std::filesystem;

// ".OUT.tsugi-steps" beside OUT: hidden, and on the same file system.
fs::path steps_beside(const fs::path& out) {
  const fs::path full = fs::absolute(out).lexically_normal();
  const fs::path target = full.has_filename() ? full : full.parent_path();  // "out/"
  return target.parent_path() / fmt::format(".{}.tsugi-steps", target.filename().string());
}

void check_use(const recipes::RecipeGraph& graph) {
  for (std::size_t i = 0; i + 1 < graph.steps.size(); ++i) {
    const recipes::Recipe& step = graph.steps[i];
    bool used = false;
    for (std::size_t j = i + 1; j < graph.steps.size() && !used; ++j) {
      recipes::Recipe later = graph.steps[j];
      recipes::for_each_model(
          later, [&](const recipes::ModelReference& model) { used = used || model.text == step.name; });
    }
    if (used) continue;
    throw InputError(step.name_mark, fmt::format("nothing uses the result of '{}'", step.name),
                     "remove the document, or keep its result with --intermediate-dir");
  }
}

}  // namespace

MergeSteps::MergeSteps(const recipes::RecipeGraph& graph, fs::path out, const std::string& intermediate)
    : graph_(graph),
      out_(std::move(out)),
      intermediate_(intermediate.empty() ? steps_beside(out_) : fs::path(intermediate)),
      temporary_(intermediate.empty() && graph.steps.size() > 1) {
  if (temporary_) check_use(graph_);
}

MergeSteps::~MergeSteps() {
  if (!temporary_) return;
  std::error_code ignored;
  fs::remove_all(intermediate_, ignored);
}

void MergeSteps::check() const {
  std::vector<std::string> known;
  for (const merge::Method& method : merge::methods()) known.emplace_back(method.name);
  for (const recipes::Recipe& step : graph_.steps) {
    if (merge::find_method(step.merge_method) != nullptr) continue;
    throw InputError(step.method_mark, fmt::format("unknown merge method '{}'", step.merge_method),
                     suggestion(step.merge_method, known));
  }
}

std::string MergeSteps::folder(std::size_t i) const {
  return i + 1 == graph_.steps.size() ? out_.string() : (intermediate_ / graph_.steps[i].name).string();
}

recipes::Recipe MergeSteps::recipe(std::size_t i) const {
  recipes::Recipe step = graph_.steps[i];
  recipes::for_each_model(step, [&](recipes::ModelReference& model) {
    for (std::size_t j = 0; j < i; ++j) {
      if (graph_.steps[j].name == model.text) {
        model.text = folder(j);
        return;
      }
    }
  });
  return step;
}

}  // namespace tsugi::apps
