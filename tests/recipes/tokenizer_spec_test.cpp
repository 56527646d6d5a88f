// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "recipes/recipe.h"
#include "tests/support/input_error.h"

namespace tsugi::recipes {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;
using tests::message_of;
using Source = TokenizerSpec::Source;

Recipe parse(const std::string& rest) {
  return parse_recipe("merge_method: linear\nmodels: [{model: a}]\n" + rest, "r.yaml");
}

TokenizerSpec spec(const std::string& rest) {
  return parse(rest).tokenizer.value();
}

std::string error_of(const std::string& rest) {
  return message_of([&] { parse(rest); });
}

TEST(TokenizerSpec, SourcesInBothForms) {
  EXPECT_EQ(spec("tokenizer_source: union").source, Source::all_models);
  EXPECT_EQ(spec("tokenizer_source: base").source, Source::base);
  EXPECT_EQ(spec("tokenizer_source: models/a").model->text, "models/a");
  EXPECT_EQ(spec("tokenizer: {source: union}").source, Source::all_models);
  EXPECT_EQ(spec("tokenizer: {source: base}").source, Source::base);
  EXPECT_EQ(spec("tokenizer: {source: models/a}").model->text, "models/a");
  EXPECT_EQ(spec("tokenizer: {source: {model: {path: base}}}").source, Source::model);
  EXPECT_EQ(spec("tokenizer: {}").source, Source::all_models) << "mergekit's default";
  EXPECT_EQ(spec("tokenizer: {source: base}"), spec("tokenizer_source: base"));
  EXPECT_EQ(parse("tokenizer: null").tokenizer, std::nullopt);
  EXPECT_EQ(spec("tokenizer_source: base").mark.text(), "r.yaml:3:1");
}

TEST(TokenizerSpec, TokensAndPadding) {
  const TokenizerSpec read = spec(R"(tokenizer:
  source: base
  pad_to_multiple_of: 64
  tokens:
    <|im_start|>: {source: chatml, force: true}
    <|eot|>: {source: {kind: model_token, model: llama, token: "<|end|>"}}
    <|pad|>: {source: {kind: model_token, model: {model: {path: a+b}}, token_id: 7}}
    <|x|>: {source: {kind: zero}, force: on}
    <|y|>: {}
)");
  EXPECT_EQ(read.pad_to_multiple_of, 64);
  ASSERT_THAT(read.tokens, SizeIs(5));
  EXPECT_EQ(read.tokens[0], (TokenSetting{.token = "<|im_start|>",
                                          .row = TokenRow::same_token,
                                          .model = ModelReference{"chatml", {}},
                                          .other_token = {},
                                          .other_id = {},
                                          .force = true,
                                          .mark = {}}));
  EXPECT_EQ(read.tokens[1].other_token, "<|end|>");
  EXPECT_EQ(read.tokens[2].other_id, 7);
  EXPECT_EQ(read.tokens[2].model->text, "a+b");
  EXPECT_EQ(read.tokens[3].row, TokenRow::zero);
  EXPECT_TRUE(read.tokens[3].force);
  EXPECT_EQ(read.tokens[4].row, TokenRow::standard);
  EXPECT_EQ(read.tokens[4].mark.text(), "r.yaml:11:5");
}

TEST(TokenizerSpec, EqualityIsOfWhatItSays) {
  const TokenizerSpec one = spec("tokenizer: {source: base, tokens: {x: {source: a}}}");
  EXPECT_EQ(one, spec("tokenizer:\n  tokens:\n    x:\n      source: a\n  source: base\n"));
  EXPECT_NE(one, spec("tokenizer: {source: base, tokens: {x: {source: b}}}"));
  EXPECT_NE(one, spec("tokenizer: {source: base, tokens: {x: {source: a, force: true}}}"));
  EXPECT_NE(one, spec("tokenizer: {source: base, tokens: {x: {source: a}}, pad_to_multiple_of: 8}"));
  EXPECT_FALSE(parse("tokenizer_source: base") == parse(""));
}

TEST(TokenizerSpec, RefusesWhatMergekitWouldTakeForSomethingElse) {
  const auto token = [](const std::string& source) {
    return error_of("tokenizer: {tokens: {x: {source: " + source + "}}}");
  };
  EXPECT_THAT(token("{kind: model_token, model: a}"),
              StartsWith("r.yaml:3:34: neither of 'token' and 'token_id', expected exactly one"));
  EXPECT_THAT(token("{kind: model_token, model: a, token: t, token_id: 3}"),
              StartsWith("r.yaml:3:74: both of 'token' and 'token_id', expected exactly one"));
  EXPECT_THAT(token("{kind: model_tokens, model: a, token: t}"),
              StartsWith("r.yaml:3:41: kind is 'model_tokens', expected model_token or zero"));
  EXPECT_THAT(token("{model: a, token: t}"), StartsWith("r.yaml:3:45: 'token' in a source without 'kind'"));
  EXPECT_THAT(token("{kind: zero, model: a}"), HasSubstr("unknown key 'model'"));
  EXPECT_THAT(token("{kind: model_token, token: t}"), HasSubstr("has no 'model'"));
  EXPECT_THAT(token("{kind: model_token, model: a, token_id: -1}"), HasSubstr("-1"));
  EXPECT_THAT(token("[a]"), StartsWith("r.yaml:3:34"));
}

TEST(TokenizerSpec, RefusesTheRest) {
  EXPECT_THAT(error_of("tokenizer: {source: base}\ntokenizer_source: base\n"),
              StartsWith("r.yaml:4:1: 'tokenizer_source' beside 'tokenizer', expected one of them"));
  EXPECT_THAT(error_of("tokenizer: base"),
              StartsWith("r.yaml:3:12: tokenizer is 'base', expected a mapping"));
  EXPECT_THAT(error_of("tokenizer: {sources: base}"),
              StartsWith("r.yaml:3:13: unknown key 'sources'; did you mean 'source'?"));
  EXPECT_THAT(error_of("tokenizer: {tokens: {x: {force: true}}}"),
              StartsWith("r.yaml:3:26: token 'x' has 'force' but no source of its row"));
  EXPECT_THAT(error_of("tokenizer: {tokens: {x: a}}"),
              StartsWith("r.yaml:3:25: token 'x' is 'a', expected a mapping with source and force"));
  EXPECT_THAT(error_of("tokenizer: {tokens: {x: null}}"), HasSubstr("expected a mapping with source"));
  EXPECT_THAT(error_of("tokenizer: {tokens: [x]}"), StartsWith("r.yaml:3:21"));
  EXPECT_THAT(error_of("tokenizer: {tokens: {x: {source: a}, x: {source: b}}}"), HasSubstr("'x'"));
  EXPECT_THAT(error_of("tokenizer: {tokens: {\"\": {source: a}}}"), HasSubstr("a token without text"));
  EXPECT_THAT(error_of("tokenizer: {pad_to_multiple_of: 0}"), StartsWith("r.yaml:3:33"));
  EXPECT_THAT(error_of("tokenizer: {pad_to_multiple_of: 1.5}"), StartsWith("r.yaml:3:33"));
}

}  // namespace
}  // namespace tsugi::recipes
