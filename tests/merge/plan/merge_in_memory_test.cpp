// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A graph of merges in memory against the same merges through folders.
#include "merge/merge_in_memory.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "merge/export/folder_writer.h"
#include "merge/parallel.h"
#include "recipes/error.h"
#include "tests/support/recorded.h"
#include "tests/support/replaced.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::merge {
namespace {

using tests::read_text;
namespace fs = std::filesystem;

std::string pocket(const char* name) {
  return tests::pocket_path(name).string();
}

std::string merge_text(const std::string& name) {
  return "name: " + name + "\nmerge_method: task_arithmetic\nbase_model: " + pocket("base") +
         "\nmodels:\n  - {model: " + pocket("math") +
         ", parameters: {weight: 0.6}}\n  - {model: " + pocket("ja") +
         ", parameters: {weight: 0.7}}\ndtype: float32\nout_dtype: bfloat16\n";
}

std::string stack_text(const std::string& first) {
  return "merge_method: passthrough\nbase_model: " + first + "\nslices:\n  - sources: [{model: " + first +
         ", layer_range: [0, 5]}]\n  - sources: [{model: " + pocket("ja") +
         ", layer_range: [3, 6], parameters: {scale: [{filter: down_proj, value: 0.5}]}}]\n" +
         "  - sources: [{model: " + first + ", layer_range: [6, 8]}]\ndtype: float32\nout_dtype: bfloat16\n";
}

void write(const MergePlan& plan, const fs::path& out) {
  FolderWriter writer(plan, out, {.manifest = false});
  write_folder(plan, writer);
}

TEST(MergeInMemory, GivesTheBytesOfAMergeThroughFolders) {
  const tests::TemporaryFolder folder;
  ThreadPool pool(2);
  pool.run([&] {
    CheckpointStore store;
    const recipes::RecipeGraph graph =
        recipes::parse_recipe_graph(merge_text("first") + "---\n" + stack_text("first"), "graph.yaml");
    write(plan_graph(graph, store), folder / "memory");
    CheckpointStore other;
    recipes::Recipe first = recipes::parse_recipe(merge_text("x"), "first.yaml");
    write(plan_merge(first, other), folder / "first");
    write(plan_merge(recipes::parse_recipe(stack_text((folder / "first").string()), "second.yaml"), other),
          folder / "disk");
  });
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder / "disk")) {
    const std::string name = entry.path().filename().string();
    if (name == "README.md") continue;  // names the folder
    ++files;
    EXPECT_EQ(read_text(entry.path()), read_text(folder / "memory" / name)) << name;
  }
  EXPECT_GE(files, 3U);  // configuration, weights, tokenizer
}

TEST(MergeInMemory, NamesAreForgottenWithThePlan) {
  ThreadPool pool(1);
  pool.run([&] {
    CheckpointStore store;
    plan_graph(recipes::parse_recipe_graph(merge_text("first") + "---\n" + stack_text("first"), "graph.yaml"),
               store);
    EXPECT_THROW(store.get({.text = "first", .mark = {}}, ""), InputError);
  });
}

// Two merges into one donor's folder must not be taken for each other by whoever keeps what it holds.
TEST(MergeInMemory, FingerprintsTellMergesApart) {
  ThreadPool pool(1);
  pool.run([&] {
    CheckpointStore store;
    const auto fingerprint_of = [&](const std::string& first) {
      const MergePlan plan =
          plan_graph(recipes::parse_recipe_graph(first + "---\n" + stack_text("first"), "graph.yaml"), store);
      return plan.tensors.front().output.fingerprint;
    };
    const std::string one = merge_text("first");
    EXPECT_EQ(fingerprint_of(one), fingerprint_of(one));
    EXPECT_NE(fingerprint_of(one), fingerprint_of(tests::replaced(one, "0.6", "0.65")));
  });
}

}  // namespace
}  // namespace tsugi::merge
