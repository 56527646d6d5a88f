// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: Hugging Face's tokenizers 0.23, recorded by tests/peers/make_tokenizer_golden.py; for
// tokenizer_config.json the rules of transformers, by hand.
#include "eval/tokenizer/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <span>

#include "recipes/error.h"
#include "tests/eval/tokenizer/golden.h"
#include "tests/support/recorded.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::tests {
namespace {

using eval::Specials;
using eval::TokenId;
using eval::Tokenizer;
using Ids = std::vector<TokenId>;
using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Tokenizer pocket() {
  return Tokenizer::load(std::filesystem::path(TSUGI_ROOT) / "recipes/pocket/base");
}

/// Rows are [text, ids with specials, ids without or null for the same, decoded with skipping or null for the
/// text, decoded without skipping or null].
void expect_cases(const Tokenizer& tokenizer, const json& cases) {
  for (const json& row : cases) {
    const auto text = row[0].get<std::string>();
    const auto added = row[1].get<Ids>();
    const auto plain = row[2].is_null() ? added : row[2].get<Ids>();
    EXPECT_EQ(tokenizer.encode(text, Specials::add), added) << testing::PrintToString(text);
    EXPECT_EQ(tokenizer.encode(text, Specials::omit), plain) << testing::PrintToString(text);
    EXPECT_EQ(tokenizer.decode(added, true), row[3].is_null() ? text : row[3].get<std::string>());
    EXPECT_EQ(tokenizer.decode(plain, false), row[4].is_null() ? text : row[4].get<std::string>());
  }
}

void expect_decodes(const Tokenizer& tokenizer, const json& rows) {
  for (const json& row : rows) {
    EXPECT_EQ(tokenizer.decode(row[0].get<Ids>()), row[1].get<std::string>()) << row[0].dump();
  }
}

/// The message of the InputError that `action` throws, or "" when it throws none.
template <class Action>
std::string error_of(const Action& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Tokenizer, BundledTokenizerIsTheLibrarys) {
  const json golden = read_golden("pocket.json");
  ASSERT_GT(golden["cases"].size(), 400U);
  const Tokenizer tokenizer = pocket();
  expect_cases(tokenizer, golden["cases"]);
  expect_decodes(tokenizer, golden["decodes"]);
}

TEST(Tokenizer, EachRuleIsTheLibrarys) {
  const json golden = read_golden("toys.json");
  for (const json& toy : golden["toys"]) {
    SCOPED_TRACE(toy["name"].get<std::string>());
    json file = toy["file"];
    file["model"] = golden["model"];
    file["model"].update(toy["model"]);
    const Tokenizer tokenizer = load_tokenizer(file);
    EXPECT_EQ(tokenizer.vocabulary_size(), toy["size"].get<std::size_t>());
    ASSERT_FALSE(toy["cases"].empty());
    expect_cases(tokenizer, toy["cases"]);
    expect_decodes(tokenizer, toy["decodes"]);
  }
}

TEST(Tokenizer, EachComponentIsTheLibrarys) {
  const json golden = read_golden("components.json");
  for (const json& component : golden["components"]) {
    SCOPED_TRACE(component["name"].get<std::string>());
    json file = component["file"];
    file["model"] = golden["models"].at(file["model"].get<std::string>());
    const Tokenizer tokenizer = load_tokenizer(file);
    EXPECT_EQ(tokenizer.vocabulary_size(), component["size"].get<std::size_t>());
    ASSERT_FALSE(component["cases"].empty());
    expect_cases(tokenizer, component["cases"]);
    expect_decodes(tokenizer, component["decodes"]);
  }
}

// The library of Python, which is the same code, on a model it trained.
TEST(Tokenizer, SentencePieceModelsAreRunByTheirLibrary) {
  const json golden = read_golden("sentencepiece.json");
  const tests::TemporaryFolder folder;
  folder.write("tokenizer.model", tests::read_text(golden_path("tokenizer/sentencepiece.model")));
  const Tokenizer tokenizer = Tokenizer::load(folder.path());
  EXPECT_EQ(tokenizer.vocabulary_size(), golden["size"].get<std::size_t>());
  EXPECT_EQ(tokenizer.bos(), 1);
  EXPECT_EQ(tokenizer.eos(), 2);
  for (const json& row : golden["cases"]) {
    const auto ids = row[1].get<Ids>();
    EXPECT_EQ(tokenizer.encode(row[0].get<std::string>(), Specials::omit), ids) << row[0];
    EXPECT_EQ(tokenizer.decode(ids), row[2].get<std::string>()) << row[0];
  }
  EXPECT_THAT(tokenizer.encode("a</s>"), testing::AllOf(testing::Contains(1), testing::Contains(2)));
}

TEST(Tokenizer, ABrokenSentencePieceModelIsNamed) {
  const tests::TemporaryFolder folder;
  folder.write("tokenizer.model", "no model");
  EXPECT_THAT(error_of([&] { Tokenizer::load(folder.path()); }),
              HasSubstr("tokenizer.model: is no SentencePiece model"));
}

TEST(Tokenizer, PublicFacts) {
  const Tokenizer tokenizer = pocket();
  EXPECT_EQ(tokenizer.vocabulary_size(), 768U);
  EXPECT_EQ(tokenizer.bos(), 0);
  EXPECT_EQ(tokenizer.eos(), 0);
  EXPECT_EQ(tokenizer.id("<|endoftext|>"), 0);
  EXPECT_EQ(tokenizer.id("no such token"), std::nullopt);
  EXPECT_EQ(tokenizer.model_max_length(), 512U);
}

TEST(Tokenizer, TextThatIsNotUtf8IsRefused) {
  const Tokenizer tokenizer = pocket();
  for (const char* bad : {"a\x80", "a\xC3", "a\xC0\xAF", "a\xED\xA0\x80", "a\xF4\x90\x80\x80", "a\xFF"}) {
    EXPECT_THAT(error_of([&] { tokenizer.encode(bad); }), HasSubstr("byte 1 is not UTF-8"));
  }
}

TEST(Tokenizer, IdsWithoutATokenDecodeToNothing) {
  const Tokenizer tokenizer = pocket();
  EXPECT_EQ(tokenizer.decode(Ids{-1, 65, 768, std::numeric_limits<TokenId>::max()}), "a");
}

TEST(Tokenizer, ALongTextWithoutBlanksTakesNoQuadraticTime) {
  const Tokenizer tokenizer = pocket();
  const std::string text(1'000'000, 'a');  // one piece for the model, and one for the pattern
  const auto start = std::chrono::steady_clock::now();
  const Ids ids = tokenizer.encode(text, Specials::omit);
  const auto elapsed = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(tokenizer.decode(ids), text);
  // Quadratic work would be 10^12 steps, a quarter of an hour; the heap takes well under a second.
  EXPECT_LT(elapsed, std::chrono::seconds(20));
}

// tokenizer_config.json

TEST(TokenizerConfig, MissingFilesLeaveEverythingUnset) {
  const Tokenizer tokenizer = load_tokenizer(small_tokenizer());
  EXPECT_EQ(tokenizer.bos(), std::nullopt);
  EXPECT_EQ(tokenizer.eos(), std::nullopt);
  EXPECT_EQ(tokenizer.model_max_length(), std::numeric_limits<std::size_t>::max());
  EXPECT_THAT(tokenizer.encode("abc"), ElementsAre(3, 2));
}

TEST(TokenizerConfig, BosAndEosAsTextOrObject) {
  const json config = {{"bos_token", "<s>"}, {"eos_token", {{"content", "</s>"}, {"lstrip", false}}}};
  const Tokenizer tokenizer = load_tokenizer(small_tokenizer(), config);
  EXPECT_EQ(tokenizer.bos(), 4);
  EXPECT_EQ(tokenizer.eos(), 5);
  EXPECT_THAT(tokenizer.encode("ab"), ElementsAre(3));  // named, but nobody asks to add them
}

TEST(TokenizerConfig, SpecialTokensMapIsTheFallback) {
  const TemporaryFolder folder;
  folder.write("tokenizer.json", small_tokenizer().dump());
  folder.write("tokenizer_config.json", R"({"bos_token": "<s>"})");
  folder.write("special_tokens_map.json", R"({"bos_token": "</s>", "eos_token": "</s>"})");
  const Tokenizer tokenizer = Tokenizer::load(folder.path());
  EXPECT_EQ(tokenizer.bos(), 4);
  EXPECT_EQ(tokenizer.eos(), 5);
}

TEST(TokenizerConfig, AddBosAndEosRebuildThePostProcessor) {
  json file = small_tokenizer();
  file["post_processor"] = {
      {"type", "TemplateProcessing"},
      {"single",
       {{{"Sequence", {{"id", "A"}, {"type_id", 0}}}}, {{"SpecialToken", {{"id", "</s>"}, {"type_id", 0}}}}}},
      {"pair", json::array()},
      {"special_tokens", {{"</s>", {{"id", "</s>"}, {"ids", {5}}, {"tokens", {"</s>"}}}}}}};
  json config = {{"bos_token", "<s>"}, {"eos_token", "</s>"}};
  EXPECT_THAT(load_tokenizer(file, config).encode("a"), ElementsAre(0, 5));  // neither flag: the file decides
  config["add_bos_token"] = true;
  EXPECT_THAT(load_tokenizer(file, config).encode("a"), ElementsAre(4, 0));
  config["add_eos_token"] = true;
  EXPECT_THAT(load_tokenizer(file, config).encode("a"), ElementsAre(4, 0, 5));
  EXPECT_THAT(load_tokenizer(file, config).encode("a", Specials::omit), ElementsAre(0));
  config["add_bos_token"] = false;
  config["add_eos_token"] = false;
  EXPECT_THAT(load_tokenizer(file, config).encode("a"), ElementsAre(0));
}

TEST(TokenizerConfig, LlamaClassesAddBosWhenTheFileHasNoPostProcessor) {
  json config = {{"bos_token", "<s>"}, {"eos_token", "</s>"}, {"tokenizer_class", "LlamaTokenizerFast"}};
  EXPECT_THAT(load_tokenizer(small_tokenizer(), config).encode("a"), ElementsAre(4, 0));
  config["tokenizer_class"] = "PreTrainedTokenizerFast";
  EXPECT_THAT(load_tokenizer(small_tokenizer(), config).encode("a"), ElementsAre(0));
}

TEST(TokenizerConfig, NamedTokensThatAreMissingAreAppendedAsSpecial) {
  const json config = {{"bos_token", "<new>"}, {"eos_token", "c"}};
  const Tokenizer tokenizer = load_tokenizer(small_tokenizer(), config);
  EXPECT_EQ(tokenizer.bos(), 6);
  EXPECT_EQ(tokenizer.eos(), 2);  // a token of the model keeps its number
  EXPECT_EQ(tokenizer.vocabulary_size(), 7U);
  EXPECT_THAT(tokenizer.encode("a<new>c"), ElementsAre(0, 6, 2));
  EXPECT_EQ(tokenizer.decode(Ids{0, 6, 2}), "a");
}

TEST(TokenizerConfig, DeclaredFlagsWin) {
  const json config = {
      {"added_tokens_decoder", {{"4", {{"content", "<s>"}, {"rstrip", true}, {"special", true}}}}}};
  EXPECT_THAT(load_tokenizer(small_tokenizer(), config).encode("<s>  a"), ElementsAre(4, 0));
}

TEST(TokenizerConfig, SplitSpecialTokensLeavesThemText) {
  EXPECT_THAT(load_tokenizer(small_tokenizer(), {{"split_special_tokens", true}}).encode("<s>a"),
              ElementsAre(0));
}

TEST(TokenizerConfig, MaxLengthSentinelMeansNone) {
  const auto length = [](const json& value) {
    return load_tokenizer(small_tokenizer(), {{"model_max_length", value}}).model_max_length();
  };
  EXPECT_EQ(length(2048), 2048U);
  EXPECT_EQ(length(1e30), std::numeric_limits<std::size_t>::max());
  EXPECT_EQ(length(json::parse("1000000000000000019884624838656")), std::numeric_limits<std::size_t>::max());
}

TEST(TokenizerConfig, CleanUpRemovesBlanksOnlyWhenAskedFor) {
  json file = small_tokenizer();
  file["model"] = json::parse(
      R"({"type": "BPE", "merges": [], "vocab": {"Ġ": 0, "a": 1, ".": 2, ",": 3, "'": 4, "s": 5, "n": 6,
                                  "t": 7, "?": 8, "!": 9, "m": 10}})");
  file["added_tokens"] = json::array();
  file["pre_tokenizer"] = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
  file["decoder"] = {{"type", "ByteLevel"}};
  const std::string text = "a . a , a 's a n't a ' a ? ! a 'm";
  const auto round_trip = [&](const Tokenizer& tokenizer) {
    return tokenizer.decode(tokenizer.encode(text));
  };
  EXPECT_EQ(round_trip(load_tokenizer(file)), text);
  EXPECT_EQ(round_trip(load_tokenizer(file, {{"clean_up_tokenization_spaces", false}})), text);
  // transformers 5.23: PreTrainedTokenizerBase.clean_up_tokenization of the text above.
  EXPECT_EQ(round_trip(load_tokenizer(file, {{"clean_up_tokenization_spaces", true}})),
            "a. a, a's an't a'a?! a'm");
}

// Errors

/// The error of loading small_tokenizer() with `patch` merged into it.
std::string load_error(const json& patch) {
  json file = small_tokenizer();
  file.merge_patch(patch);
  return error_of([&] { load_tokenizer(file); });
}

TEST(TokenizerErrors, AComponentThatIsNotRunIsNamed) {
  EXPECT_THAT(
      load_error({{"model", {{"type", "Morphemes"}}}}),
      AllOf(HasSubstr("tokenizer.json: model: is of type 'Morphemes'"), HasSubstr("this version runs BPE")));
  EXPECT_THAT(
      load_error({{"normalizer", {{"type", "Upper"}}}}),
      AllOf(HasSubstr("normalizer: is of type 'Upper'"), HasSubstr("this version runs BertNormalizer, ")));
  EXPECT_THAT(
      load_error({{"pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {{{"type", "Syllables"}}}}}}}),
      HasSubstr("pre_tokenizer.pretokenizers[0]: is of type 'Syllables'"));
  EXPECT_THAT(load_error({{"post_processor", {{"type", "Other"}}}}), HasSubstr("'Other'"));
  EXPECT_THAT(load_error({{"decoder", {{"type", "Other"}}}}), HasSubstr("decoder: is of type 'Other'"));
  EXPECT_THAT(load_error({{"version", "2.0"}}), HasSubstr("has version '2.0'"));
}

TEST(TokenizerErrors, SettingsOfComponentsAreChecked) {
  const auto metaspace = [](const json& patch) {
    json part = {{"type", "Metaspace"}, {"replacement", "_"}, {"prepend_scheme", "always"}};
    part.merge_patch(patch);
    return load_error({{"pre_tokenizer", part}});
  };
  EXPECT_THAT(metaspace({}), IsEmpty());
  EXPECT_THAT(metaspace({{"prepend_scheme", "last"}}), HasSubstr("has prepend_scheme 'last'; known: always"));
  EXPECT_THAT(metaspace({{"replacement", nullptr}}), HasSubstr("has no 'replacement'"));
  EXPECT_THAT(load_error({{"normalizer", {{"type", "Precompiled"}, {"precompiled_charsmap", "AAAAAAA="}}}}),
              HasSubstr("precompiled_charsmap: has a table of impossible size"));
  EXPECT_THAT(load_error({{"normalizer", {{"type", "Precompiled"}, {"precompiled_charsmap", "!"}}}}),
              HasSubstr("is no base64"));
  EXPECT_THAT(load_error({{"pre_tokenizer", {{"type", "FixedLength"}, {"length", 0}}}}),
              HasSubstr("length: is 0"));
  EXPECT_THAT(load_error({{"decoder", {{"type", "Strip"}, {"content", ""}, {"start", 1}, {"stop", 0}}}}),
              HasSubstr("content: is empty"));
  EXPECT_THAT(
      load_error({{"model",
                   {{"type", "Unigram"}, {"vocab", json::array({json::array({"a", 0.0})})}, {"unk_id", 1}}}}),
      HasSubstr("unk_id: is beyond the vocabulary"));
}

TEST(TokenizerErrors, PatternsThatAreNotUnderstoodAreNamed) {
  const auto split = [](const json& pattern, const char* behavior) {
    return load_error(
        {{"pre_tokenizer",
          {{"type", "Split"}, {"pattern", pattern}, {"behavior", behavior}, {"invert", false}}}});
  };
  EXPECT_THAT(split({{"Regex", "a+"}}, "Isolated"), IsEmpty());
  EXPECT_THAT(split({{"String", " "}}, "Isolated"), IsEmpty());
  EXPECT_THAT(split({{"Regex", "a("}}, "Isolated"),
              AllOf(HasSubstr("pre_tokenizer.pattern: 'a('"), HasSubstr("missing closing parenthesis")));
  EXPECT_THAT(split({{"Regex", R"(\p{Hann}+)"}}, "Isolated"),
              HasSubstr("the property 'Hann'; general categories and scripts are known"));
  EXPECT_THAT(split({{"Regex", R"(\p{Emoji}+)"}}, "Isolated"), HasSubstr("the property 'Emoji'"));
  EXPECT_THAT(split({{"Regex", "[a-z&&[^b]]"}}, "Isolated"), HasSubstr("an intersection"));
  EXPECT_THAT(split({{"Regex", "a+"}}, "Doubled"), HasSubstr("behavior: is 'Doubled'; known: Removed"));
}

// A pattern whose steps grow with the power of the text's length gives up, and says so.
TEST(TokenizerErrors, APatternThatNeverEndsGivesUp) {
  json file = small_tokenizer();
  file["pre_tokenizer"] = {
      {"type", "Split"}, {"pattern", {{"Regex", "(a+)+b"}}}, {"behavior", "Isolated"}, {"invert", false}};
  const Tokenizer tokenizer = load_tokenizer(file);
  EXPECT_THAT(error_of([&] { tokenizer.encode(std::string(40, 'a') + "cb"); }),
              HasSubstr("gave up on a text"));
}

TEST(TokenizerErrors, BrokenModels) {
  EXPECT_THAT(load_error({{"model", {{"merges", json::parse(R"([["a", "x"]])")}}}}),
              HasSubstr("model.merges[0]: token 'x' is not in"));
  EXPECT_THAT(load_error({{"model", {{"merges", json::parse(R"([["a", "c"]])")}}}}),
              HasSubstr("token 'ac' is not in the vocabulary"));
  EXPECT_THAT(load_error({{"model", {{"merges", json::array({"a b c"})}}}}),
              HasSubstr("model.merges[0]: is"));
  EXPECT_THAT(load_error({{"model", {{"vocab", {{"b", 0}}}}}}), HasSubstr("have the same id 0"));
  EXPECT_THAT(load_error({{"model", {{"vocab", {{"b", -1}}}}}}), HasSubstr("token 'b' has the id -1"));
  EXPECT_THAT(load_error({{"model", {{"vocab", {{"b", 1e99}}}}}}), HasSubstr("token 'b' has the id"));
  EXPECT_THAT(load_error({{"model", {{"unk_token", "?"}}}}),
              HasSubstr("unk_token '?' is not in the vocabulary"));
  EXPECT_THAT(load_error({{"model", {{"dropout", 0.1}}}}), HasSubstr("model.dropout: is 0.1"));
  EXPECT_THAT(load_error({{"model", {{"dropout", 0.0}}}}), IsEmpty());
  EXPECT_THAT(load_error({{"model", {{"continuing_subword_prefix", ""}}}}), IsEmpty());
  EXPECT_THAT(load_error({{"model", nullptr}}), HasSubstr("has no 'model'"));
}

TEST(TokenizerErrors, ALargeIdCostsNoMemory) {
  const Tokenizer tokenizer = [] {
    json file = small_tokenizer();
    file["model"]["vocab"]["far"] = 2'000'000'000;
    return load_tokenizer(file);
  }();
  EXPECT_EQ(tokenizer.vocabulary_size(), 2'000'000'001U);
}

TEST(TokenizerErrors, BrokenFiles) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of([&] { Tokenizer::load(folder.path()); }), HasSubstr("tokenizer.json: cannot be read"));
  folder.write("tokenizer.json", "{\"model\": [1, 2");
  EXPECT_THAT(error_of([&] { Tokenizer::load(folder.path()); }), HasSubstr("not JSON at byte"));
  folder.write("tokenizer.json", "[]");
  EXPECT_THAT(error_of([&] { Tokenizer::load(folder.path()); }), HasSubstr("is not an object"));
}

TEST(TokenizerErrors, SequencesInSequencesHaveAnEnd) {
  std::string text = R"({"type": "ByteLevel", "add_prefix_space": false})";
  for (int i = 0; i < 100; ++i) text = R"({"type": "Sequence", "pretokenizers": [)" + text + "]}";
  EXPECT_THAT(load_error({{"pre_tokenizer", json::parse(text)}}), HasSubstr("nested deeper than 64 levels"));
}

TEST(TokenizerErrors, TemplatesThatCannotBeRun) {
  const auto load = [](const json& single, const json& table) {
    return load_error({{"post_processor",
                        {{"type", "TemplateProcessing"}, {"single", single}, {"special_tokens", table}}}});
  };
  const json text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
  const json special = {{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}};
  EXPECT_THAT(load(json::array({special, text}), json::object()), HasSubstr("special_tokens: has no '<s>'"));
  EXPECT_THAT(load(json::array({special}), {{"<s>", {{"ids", json::array({4})}}}}),
              HasSubstr("single: has no text"));
  EXPECT_THAT(load(json::array({text, text}), json::object()), HasSubstr("single[1]: is a second text"));
  EXPECT_THAT(load(json::array({special, text}), {{"<s>", {{"ids", json::array({-4})}}}}),
              HasSubstr("ids[0]: is not a whole number"));
}

}  // namespace
}  // namespace tsugi::tests
