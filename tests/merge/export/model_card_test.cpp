// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/model_card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tsugi::merge {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(HubId, OnlyFromAHubCache) {
  EXPECT_EQ(hub_id("/home/u/.cache/huggingface/hub/models--org--Name-7b_v0.1/snapshots/abc"),
            "org/Name-7b_v0.1");
  EXPECT_EQ(hub_id("org/name"), "");
  EXPECT_EQ(hub_id("/x/models--alone"), "");
  EXPECT_EQ(hub_id("/x/models--a--b: c\n"), "");  // must not get into the front matter
}

TEST(ModelCardText, HasFrontMatterModelsAndRecipe) {
  const std::string text =
      model_card_text({"mine",
                       "TIES",
                       "https://arxiv.org/abs/2306.01708",
                       {"/hub/models--o--a/snapshots/1", "/secret/place/b/", "/hub/models--o--a/snapshots/1"},
                       "models: # ``` \n- b"});
  EXPECT_EQ(text, R"(---
base_model:
- o/a
library_name: transformers
tags:
- mergekit
- merge
---
# mine

A merge of language models, made with Tsugi.

## Method

[TIES](https://arxiv.org/abs/2306.01708)

## Models

- o/a
- b

## Recipe

````yaml
models: # ``` 
- b
````
)");
}

TEST(ModelCardText, LeavesAwayWhatIsNotKnown) {
  const std::string text = model_card_text({"copy", "", "", {"a"}, ""});
  EXPECT_THAT(text, Not(HasSubstr("base_model")));
  EXPECT_THAT(text, Not(HasSubstr("## Method")));
  EXPECT_THAT(text, Not(HasSubstr("## Recipe")));
  EXPECT_THAT(model_card_text({"m", "Linear", "a paper", {}, ""}), HasSubstr("Linear (a paper)\n"));
}

}  // namespace
}  // namespace tsugi::merge
