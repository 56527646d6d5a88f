// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/model_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "eval/scorers/native.h"
#include "merge/plan.h"
#include "recipes/recipe.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::eval {
namespace {

const std::filesystem::path kBase = TSUGI_ROOT "/recipes/pocket/base";

TEST(ModelFiles, OfAFolderAreWhatLiesThere) {
  const ModelFiles files(kBase);
  EXPECT_EQ(files.find("tokenizer.json"), tests::read_text(kBase / "tokenizer.json"));
  EXPECT_EQ(files.find("config.json"), tests::read_text(kBase / "config.json"));
  EXPECT_EQ(files.find("nothing.json"), std::nullopt);
  EXPECT_EQ(files.path("config.json"), (kBase / "config.json").string());
}

TEST(ModelFiles, OfACheckpointAreItsConfigAndCompanions) {
  const auto checkpoint = merge::Checkpoint::open(kBase);
  const ModelFiles files(*checkpoint);
  EXPECT_EQ(files.find("tokenizer.json"), tests::read_text(kBase / "tokenizer.json"));
  const auto config = nlohmann::json::parse(files.find("config.json").value());
  EXPECT_EQ(config, nlohmann::json::parse(tests::read_text(kBase / "config.json")));
  EXPECT_EQ(files.find("model.safetensors"), std::nullopt);
}

// A merge may make its own: scores go by what would be written, not by the donor's folder.
TEST(ModelFiles, OfAPlanAreWhatItWrites) {
  merge::MergePlan plan = merge::plan_copy(merge::Checkpoint::open(kBase));
  plan.companions = {{.name = "generation_config.json", .file = {}, .text = R"({"eos_token_id": [3, 5]})"}};
  plan.config.set("max_position_embeddings", 77);
  const ModelFiles files(plan);
  EXPECT_EQ(files.find("tokenizer.json"), std::nullopt);
  const ModelLimits limits = read_model_limits(files);
  EXPECT_THAT(limits.stop_ids, testing::ElementsAre(3, 5));
  EXPECT_EQ(limits.max_length, 77U);
}

}  // namespace
}  // namespace tsugi::eval
