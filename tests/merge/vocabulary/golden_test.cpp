// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The worked example of the specification, part C3, line by line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/vocabulary_fixture.h"

namespace tsugi::merge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// All values are halves and quarters: exact in f32.
class GoldenC3 : public tests::VocabularyFixture {
 protected:
  GoldenC3() {
    model("base", {"a", "b", "c"}, {{1, 2}, {3, 4}, {5, 6}});
    model("other", {"a", "c", "d"}, {{10, 20}, {30, 40}, {50, 60}});
  }

  static std::string recipe(const std::string& tokenizer, const std::string& weights = "0.5, 0.5") {
    const std::size_t comma = weights.find(',');
    return fmt::format(
        "merge_method: linear\nbase_model: '@base'\nmodels:\n"
        "- {{model: '@base', parameters: {{weight: {}}}}}\n- {{model: '@other', parameters: {{weight: "
        "{}}}}}\n"
        "tokenizer: {}\n",
        weights.substr(0, comma), weights.substr(comma + 1), tokenizer);
  }
};

TEST_F(GoldenC3, UnionAlignsBoth) {
  EXPECT_THAT(merged_rows(plan(recipe("{source: union}", "1, 0"))),
              ElementsAre(ElementsAre(1, 2), ElementsAre(3, 4), ElementsAre(5, 6), ElementsAre(50, 60)));
  EXPECT_THAT(merged_rows(plan(recipe("{source: union}", "0, 1"))),
              ElementsAre(ElementsAre(10, 20), ElementsAre(3, 4), ElementsAre(30, 40), ElementsAre(50, 60)));
  EXPECT_THAT(
      merged_rows(plan(recipe("{source: union}"))),
      ElementsAre(ElementsAre(5.5, 11), ElementsAre(3, 4), ElementsAre(17.5, 23), ElementsAre(50, 60)));
}

TEST_F(GoldenC3, PaddingIsTheMean) {
  EXPECT_THAT(merged_rows(plan(recipe("{source: union, pad_to_multiple_of: 3}"))),
              ElementsAre(ElementsAre(5.5, 11), ElementsAre(3, 4), ElementsAre(17.5, 23), ElementsAre(50, 60),
                          ElementsAre(19, 24.5), ElementsAre(19, 24.5)));
}

TEST_F(GoldenC3, ForcedRow) {
  EXPECT_THAT(merged_rows(plan(recipe("{source: union, tokens: {c: {source: '@other', force: true}}}"))),
              ElementsAre(ElementsAre(5.5, 11), ElementsAre(3, 4), ElementsAre(30, 40), ElementsAre(50, 60)));
}

TEST_F(GoldenC3, BaseHasItsTokensOnly) {
  EXPECT_THAT(merged_rows(plan(recipe("{source: base}"))),
              ElementsAre(ElementsAre(5.5, 11), ElementsAre(3, 4), ElementsAre(17.5, 23)));
}

TEST_F(GoldenC3, SlerpTakesTheAlignedMatrices) {
  const auto aligned = [&](const std::string& weights) { return merged_rows(plan(recipe("{}", weights))); };
  tests::MethodCase given{.shape = {4, 2}, .base = {}, .models = {}, .global = {{"t", 0.25}}};
  for (const auto& row : aligned("1, 0")) given.base.insert(given.base.end(), row.begin(), row.end());
  given.models.emplace_back();
  for (const auto& row : aligned("0, 1"))
    given.models[0].insert(given.models[0].end(), row.begin(), row.end());
  const std::vector<float> expected = tests::run_method("slerp", given);
  const auto rows = merged_rows(
      plan("merge_method: slerp\nbase_model: '@base'\nmodels: [{model: '@base'}, {model: '@other'}]\n"
           "parameters: {t: 0.25}\ntokenizer: {source: union}\n"));
  ASSERT_EQ(rows.size(), 4U);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(rows[i / 2][i % 2], expected[i]) << i;
}

TEST_F(GoldenC3, ConfigAndTokenizerSayTheSame) {
  const MergePlan merged = plan(recipe("{source: union, pad_to_multiple_of: 3}"));
  EXPECT_EQ(merged.config.number("vocab_size"), 6);
  const auto json = nlohmann::ordered_json::parse(file(merged, "tokenizer.json"));
  ASSERT_EQ(json["added_tokens"].size(), 1U);
  EXPECT_EQ(json["added_tokens"][0],
            nlohmann::ordered_json::parse(R"({"id":3,"content":"d","single_word":false,"lstrip":false,)"
                                          R"("rstrip":false,"normalized":true,"special":false})"));
  EXPECT_EQ(json["model"]["vocab"], nlohmann::ordered_json::parse(R"({"a":0,"b":1,"c":2})"));
  EXPECT_EQ(merged.config.tied(), true) << "a tied model stays tied";
}

TEST_F(GoldenC3, ReportCountsTokens) {
  const auto report = plan(recipe("{source: union}")).vocabulary.value();
  EXPECT_EQ(report.tokens, 4U);
  EXPECT_EQ(report.rows, 4U);
  ASSERT_EQ(report.models.size(), 2U);
  EXPECT_THAT(report.models[0].model, HasSubstr("base"));
  const auto numbers = [](const VocabularyChange& change) {
    return std::vector<std::size_t>{change.tokens, change.shared, change.moved, change.dropped, change.added};
  };
  EXPECT_THAT(numbers(report.models[0]), ElementsAre(3, 3, 0, 0, 1));
  EXPECT_THAT(numbers(report.models[1]), ElementsAre(3, 3, 2, 0, 1)) << "c and d have moved";
  const auto of_base = plan(recipe("{source: base}")).vocabulary.value();
  EXPECT_THAT(numbers(of_base.models[1]), ElementsAre(3, 2, 1, 1, 1)) << "d is dropped, b is lent";
}

TEST_F(GoldenC3, WithoutSettingTheRowsMustBeEqual) {
  model("more", {"a", "b", "c", "d"}, {{1, 1}, {1, 1}, {1, 1}, {9, 9}});
  const std::string plain =
      "merge_method: linear\nbase_model: '@base'\nmodels:\n- {model: '@base', parameters: {weight: 1}}\n"
      "- {model: '@more', parameters: {weight: 1}}\n";
  EXPECT_EQ(
      error(plain),
      "r.yaml:5:11: tensor 'model.embed_tokens.weight' has 3 rows in '@base' and 4 in '@more'; add "
      "tokenizer: {source: base} to the recipe, so that rows meet by token; tsugi merge --cut-rows drops the "
      "rows that not all have");
  const MergePlan cut = plan_with(plain, {.cut_rows = true});
  EXPECT_THAT(merged_rows(cut), ElementsAre(ElementsAre(1, 1.5), ElementsAre(2, 2.5), ElementsAre(3, 3.5)));
  EXPECT_EQ(cut.config.number("vocab_size"), 3);
  EXPECT_THAT(cut.notes, testing::Contains(HasSubstr("1 tokens of '" + folder.path().string() +
                                                     "/more' have lost their rows: 'd'")));
}

}  // namespace
}  // namespace tsugi::merge
