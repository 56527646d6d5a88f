// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Recipes as text, planned over tiny models in a temporary folder.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "merge/execute.h"
#include "merge/plan.h"
#include "recipes/recipe.h"
#include "tests/support/memory_merge.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace tsugi::tests {

/// Three alike models of 4 layers, base (1), a (2) and b (4), and c of 6 layers (8). `@` in a recipe stands
/// for the folder and a slash.
class PlanFixture : public testing::Test {
 protected:
  TemporaryFolder folder;

  PlanFixture() {
    write("base", TinyModel::llama(4, 1));
    write("a", TinyModel::llama(4, 2));
    write("b", TinyModel::llama(4, 4));
    write("c", TinyModel::llama(6, 8));
  }

  void write(const std::string& name, const TinyModel& model) { model.write(folder / name); }

  merge::MergePlan plan(const std::string& recipe) {
    const std::string text = std::regex_replace(recipe, std::regex("@"), folder.path().string() + "/");
    merge::CheckpointStore store;
    return merge::plan_merge(recipes::parse_recipe(text, "r.yaml"), store);
  }

  /// The message, with `@` again in place of the folder.
  std::string error(const std::string& recipe) {
    try {
      plan(recipe);
    } catch (const InputError& error) {
      return std::regex_replace(std::string(error.what()), std::regex(folder.path().string() + "/"), "@");
    }
    return "no error";
  }

  std::vector<std::string> notes(const std::string& recipe) {
    std::vector<std::string> all = plan(recipe).notes;
    for (std::string& note : all)
      note = std::regex_replace(note, std::regex(folder.path().string() + "/"), "@");
    return all;
  }

  static const merge::PlannedTensor& tensor(const merge::MergePlan& plan, const std::string& name) {
    for (const merge::PlannedTensor& tensor : plan.tensors) {
      if (tensor.output.name == name) return tensor;
    }
    throw std::logic_error("no tensor " + name);
  }

  static std::vector<std::string> names(const merge::MergePlan& plan) {
    std::vector<std::string> all;
    for (const merge::PlannedTensor& tensor : plan.tensors) all.push_back(tensor.output.name);
    return all;
  }

  /// The value of every element, where all are equal.
  static float merged(const merge::MergePlan& plan, const std::string& name) {
    MemorySink sink;
    merge::execute(plan, sink, {.concurrency = merge::Concurrency::serial});
    return sink.values.at(name).at(0);
  }
};

}  // namespace tsugi::tests
