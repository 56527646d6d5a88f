// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi check, as users run it: what a merge would do, without doing it.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/run_program.h"
#include "tests/support/vocabulary_fixture.h"

namespace tsugi::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Json = nlohmann::json;

const fs::path kLibrary = fs::path(TSUGI_ROOT) / "recipes" / "library";

// What check promises is what merge writes.
TEST(Check, TellsWhatMergeWrites) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(kLibrary)) {
    ++count;
    const TemporaryFolder folder;
    const Finished checked =
        run_program({"check", entry.path().string(), "--json", "--out-shard-size", "1500k"}, folder.path());
    ASSERT_EQ(checked.code, 0) << entry.path() << checked.err;
    EXPECT_TRUE(fs::is_empty(folder.path())) << "check writes nothing";
    const Json said = Json::parse(checked.out);
    EXPECT_TRUE(said["valid"].get<bool>());
    const Finished merged = run_program(
        {"merge", entry.path().string(), "out", "--quiet", "--out-shard-size", "1500k"}, folder.path());
    ASSERT_EQ(merged.code, 0) << merged.err;
    const Finished seen = run_program({"inspect", "out", "--json"}, folder.path());
    ASSERT_EQ(seen.code, 0) << seen.err;
    const Json written = Json::parse(seen.out);
    EXPECT_EQ(said["output"]["tensors"], written["tensors"].size());
    EXPECT_EQ(said["output"]["parameters"], written["parameters"]);
    EXPECT_EQ(said["output"]["bytes"], written["bytes"]);
    std::size_t files = 0;
    for (const auto& file : fs::directory_iterator(folder / "out"))
      files += file.path().extension() == ".safetensors" ? 1 : 0;
    EXPECT_GE(files, 2U);
    EXPECT_EQ(said["output"]["files"], files);
  }
  EXPECT_GE(count, 4U);
}

TEST(Check, TableForPeople) {
  const Finished run = run_program({"check", (kLibrary / "ties.yaml").string()});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("LlamaForCausalLM       8       74      1.67 M"));
  EXPECT_THAT(run.out,
              HasSubstr("can be merged by ties: 74 tensors computed; reads 10.0 MB, writes 3.35 MB"));
  EXPECT_THAT(run.out, HasSubstr("note: ../pocket/base read from"));
}

TEST(Check, WhatMergeRefusesIsTheError) {
  const TemporaryFolder folder;
  folder.write("recipe.yaml", "merge_method: tis\nmodels:\n  - model: a\n");
  const Finished checked = run_program({"check", "recipe.yaml", "--json"}, folder.path());
  const Finished merged = run_program({"merge", "recipe.yaml", "out"}, folder.path());
  EXPECT_EQ(checked.code, 2);
  EXPECT_EQ(checked.err, merged.err);
  const Json said = Json::parse(checked.out);
  EXPECT_FALSE(said["valid"].get<bool>());
  EXPECT_THAT(said["error"].get<std::string>(), HasSubstr("recipe.yaml:1:15"));
  EXPECT_EQ(checked.err, fmt::format("tsugi: {}\n", said["error"].get<std::string>()));
}

class CheckVocabulary : public VocabularyFixture {};

TEST_F(CheckVocabulary, IsCountedByToken) {
  model("m1", {"x", "y", "z"}, {{1, 1}, {2, 2}, {3, 3}});
  model("m2", {"y", "x", "w", "v"}, {{1, 1}, {2, 2}, {3, 3}, {4, 4}});
  folder.write("recipe.yaml",
               "merge_method: linear\nbase_model: m1\nmodels:\n  - model: m1\n    parameters: {weight: 1}\n"
               "  - model: m2\n    parameters: {weight: 1}\ntokenizer: {source: union}\n");
  const Finished run = run_program({"check", "recipe.yaml", "--json"}, folder.path());
  ASSERT_EQ(run.code, 0) << run.err;
  const Json vocabulary = Json::parse(run.out)["vocabulary"];
  EXPECT_EQ(vocabulary["tokens"], 5);  // x y z and w v
  ASSERT_EQ(vocabulary["models"].size(), 2U);
  const Json& second = vocabulary["models"][1];
  EXPECT_EQ(second["tokens"], 4);
  EXPECT_EQ(second["shared"], 4);
  EXPECT_EQ(second["dropped"], 0);
  EXPECT_EQ(second["added"], 1);  // z
  const Finished table = run_program({"check", "recipe.yaml"}, folder.path());
  EXPECT_THAT(table.out, HasSubstr("vocabulary: union, 5 tokens"));
}

}  // namespace
}  // namespace tsugi::tests
