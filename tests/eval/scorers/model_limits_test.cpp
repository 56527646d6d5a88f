// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eval/scorers/native.h"
#include "recipes/error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ModelLimits, OfABundledModel) {
  const ModelLimits limits = read_model_limits(std::filesystem::path(TSUGI_ROOT "/recipes/pocket/base"));
  EXPECT_EQ(limits.max_length, 512U);
  EXPECT_THAT(limits.stop_ids, ElementsAre(0));
}

TEST(ModelLimits, ReadsListsAndNestedModels) {
  const tests::TemporaryFolder folder;
  folder.write("config.json", R"({"eos_token_id": 5, "text_config": {"max_position_embeddings": 64}})");
  EXPECT_THAT(read_model_limits(folder.path()).stop_ids, ElementsAre(5));
  EXPECT_EQ(read_model_limits(folder.path()).max_length, 64U);
  folder.write("generation_config.json",
               R"({"eos_token_id": [7, 8], "repetition_penalty": 1, "do_sample": true, "top_p": 0.8})");
  EXPECT_THAT(read_model_limits(folder.path()).stop_ids, ElementsAre(7, 8));
  folder.write("generation_config.json", "{}");
  EXPECT_THAT(read_model_limits(folder.path()).stop_ids, IsEmpty());
}

// Only generated answers are concerned: prepare() refuses them.
TEST(ModelLimits, WhatChangesGreedyAnswersIsKept) {
  for (const char* setting : {R"("no_repeat_ngram_size": 3)", R"("suppress_tokens": [1])",
                              R"("num_beams": 4)", R"("min_new_tokens": 2)"}) {
    const tests::TemporaryFolder folder;
    folder.write("config.json", "{}");
    folder.write("generation_config.json", std::string("{") + setting + "}");
    const ModelLimits limits = read_model_limits(folder.path());
    const std::string key = std::string(setting).substr(1, std::string(setting).find('"', 1) - 1);
    EXPECT_THAT(limits.refusal.what, HasSubstr(key));
    EXPECT_THAT(limits.refusal.file, HasSubstr("generation_config.json"));
  }
}

TEST(ModelLimits, TheRepetitionPenaltyIsRead) {
  const tests::TemporaryFolder folder;
  folder.write("config.json", "{}");
  folder.write("generation_config.json", R"({"repetition_penalty": 1.05})");
  const ModelLimits limits = read_model_limits(folder.path());
  EXPECT_EQ(limits.repetition_penalty, 1.05F);
  EXPECT_THAT(limits.refusal.what, IsEmpty());
}

TEST(ModelLimits, ValuesOfTheWrongKindAreRefused) {
  for (const char* setting :
       {R"("repetition_penalty": 0)", R"("repetition_penalty": "x")", R"("eos_token_id": "x")"}) {
    const tests::TemporaryFolder folder;
    folder.write("config.json", "{}");
    folder.write("generation_config.json", std::string("{") + setting + "}");
    EXPECT_THROW(read_model_limits(folder.path()), InputError) << setting;
  }
}

}  // namespace
}  // namespace tsugi::eval
