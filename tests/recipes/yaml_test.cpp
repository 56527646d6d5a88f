// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/yaml.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::recipes {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using tests::message_of;

YAML::Node load(std::string_view text) {
  return load_yaml(text, "f.yaml");
}

std::string error_of(std::string_view text) {
  return message_of([&] { load(text); });
}

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(LoadYaml, KeepsPlaces) {
  const YAML::Node root = load("a: 1\nb:\n  - x\n  - {y: 2}\n");
  EXPECT_EQ(mark_of(root["a"], "f.yaml").text(), "f.yaml:1:4");
  EXPECT_EQ(mark_of(root["b"][1]["y"], "f.yaml").text(), "f.yaml:4:9");
  EXPECT_EQ(mark_of(YAML::Node("made by a program"), "f.yaml").text(), "f.yaml");
}

TEST(LoadYaml, AcceptsWhatPlainFilesHave) {
  EXPECT_TRUE(load("").IsNull());
  EXPECT_TRUE(load("# a comment alone\n").IsNull());
  EXPECT_EQ(load("\xEF\xBB\xBF"
                 "a: 1")["a"]
                .Scalar(),
            "1")
      << "a byte order mark";
  EXPECT_EQ(load("---\na: 1\n...\n")["a"].Scalar(), "1") << "explicit start and end";
  EXPECT_EQ(load("a: !!str 5")["a"].Scalar(), "5") << "YAML's own tags";
  EXPECT_EQ(load("a: \"日本\"\r\nb: 2\r\n")["a"].Scalar(), "日本");
}

TEST(LoadYaml, BrokenSyntaxHasItsPlace) {
  EXPECT_THAT(error_of("a: [1, 2\nb: 3"),
              AllOf(StartsWith("f.yaml:2:2: broken YAML ("), HasSubstr("bracket")));
  EXPECT_THAT(error_of("a: \"\\q\""), StartsWith("f.yaml:1:7: broken YAML (unknown escape character: q)"));
  EXPECT_THAT(error_of("a: *x"),
              StartsWith("f.yaml:1:4: broken YAML (the referenced anchor is not defined)"));
}

TEST(LoadYaml, RefusesQuotesThatAreNeverClosed) {
  EXPECT_THAT(error_of("a: \"x"), StartsWith("f.yaml:1:6: broken YAML (illegal EOF in scalar)"));
  EXPECT_EQ(error_of("a: 1\nb: \"x\nc: 2\n"), "f.yaml:2:4: a quote that is never closed; close it with \"");
  EXPECT_EQ(error_of("a: 'it''s\n"), "f.yaml:1:4: a quote that is never closed; close it with '");
  EXPECT_EQ(error_of("a: \"x\\\"\n"), "f.yaml:1:4: a quote that is never closed; close it with \"");
  EXPECT_EQ(error_of("\xEF\xBB\xBF"
                     "a: 'x\n"),
            "f.yaml:1:4: a quote that is never closed; close it with '");
  EXPECT_EQ(load("a: 'it''s'\nb: \"\\\"\"\nc: it's\n日: \"x\"")["c"].Scalar(), "it's");
}

TEST(LoadYaml, RefusesKeysThatStandTwice) {
  EXPECT_EQ(error_of("a: 1\nb: 2\na: 3"),
            "f.yaml:3:1: key 'a' for the second time (first in line 1); keep one of the two");
  EXPECT_THAT(error_of("x:\n  - {k: 1, \"k\": 2}"), StartsWith("f.yaml:2:12: key 'k' for the second time"));
  EXPECT_EQ(error_of("[a]: 1"), "f.yaml:1:1: a mapping key that is no text; write keys as plain words");
  EXPECT_EQ(error_of("~: 1"), "f.yaml:1:1: a mapping key that is no text; write keys as plain words");
}

TEST(LoadYaml, RefusesForeignTags) {
  EXPECT_EQ(error_of("a: !!python/object/apply:os.system [ls]"),
            "f.yaml:1:4: tag '!!python/object/apply:os.system', which asks for code or objects; tsugi reads "
            "plain values "
            "only; remove the tag and write the value itself");
  EXPECT_THAT(error_of("a: 1\nb: !function utils.f"), StartsWith("f.yaml:2:4: tag '!function'"));
}

TEST(LoadYaml, RefusesASecondDocument) {
  EXPECT_EQ(error_of("a: 1\n---\nb: 2\n"),
            "f.yaml:2:1: a second YAML document begins here; one document is read here; put the others into "
            "files of their own");
}

TEST(LoadYamlDocuments, InOrderWithPlacesInTheFile) {
  const auto documents = load_yaml_documents("a: 1\n---\n---\n- 2\n", "f.yaml");
  ASSERT_EQ(documents.size(), 3U);
  EXPECT_EQ(documents[0]["a"].Scalar(), "1");
  EXPECT_TRUE(documents[1].IsNull());
  EXPECT_EQ(mark_of(documents[2][0], "f.yaml").text(), "f.yaml:4:3");
  EXPECT_TRUE(load_yaml_documents("", "f.yaml").empty());
}

TEST(LoadYamlDocuments, AnchorsHoldForOneDocument) {
  EXPECT_THAT(message_of([] { load_yaml_documents("a: &x 1\nb: *x\n---\nc: *x\n", "f.yaml"); }),
              StartsWith("f.yaml:4:"));
  EXPECT_THAT(message_of([] { load_yaml_documents("a: 1\n---\nb: 1\nb: 2\n", "f.yaml"); }),
              StartsWith("f.yaml:4:1: key 'b' for the second time"));
}

TEST(LoadYaml, RefusesTextThatIsNone) {
  EXPECT_EQ(
      error_of(std::string_view("a: x\0y", 6)),
      "f.yaml:1:5: byte 0x00, expected UTF-8 text without control characters; save the file as UTF-8 text");
  EXPECT_THAT(error_of("a: 1\n\x04\nb: 2"), StartsWith("f.yaml:2:1: byte 0x04"))
      << "yaml-cpp takes it for the end";
  EXPECT_THAT(error_of("a: \x93\x84"), StartsWith("f.yaml:1:4: byte 0x93")) << "Shift_JIS";
  EXPECT_THAT(error_of("a: \xC0\xAF"), StartsWith("f.yaml:1:4: byte 0xc0")) << "overlong";
  EXPECT_THAT(error_of("a: \xED\xA0\x80"), StartsWith("f.yaml:1:4: byte 0xed")) << "surrogate";
  EXPECT_THAT(error_of("a: \xF4\x90\x80\x80"), StartsWith("f.yaml:1:4: byte 0xf4")) << "beyond U+10FFFF";
  EXPECT_THAT(error_of("a: \xE6\x97"), StartsWith("f.yaml:1:4: byte 0xe6")) << "cut";
  EXPECT_EQ(error_of("a: \xF0\x9F\x98\x80"), "no error");
}

TEST(LoadYaml, MergeKeysAreCarriedOut) {
  const YAML::Node root = load("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3\nc:\n  <<: [{x: 7}, *a]\n");
  EXPECT_EQ(root["b"].size(), 2U);
  EXPECT_EQ(root["b"]["x"].Scalar(), "3") << "its own key wins";
  EXPECT_EQ(root["b"]["y"].Scalar(), "2");
  EXPECT_EQ(root["c"].size(), 2U);
  EXPECT_EQ(root["c"]["x"].Scalar(), "7") << "the first of a list wins";
  EXPECT_EQ(root["a"].size(), 2U) << "the source stays as it is";
  EXPECT_EQ(mark_of(root["b"]["y"], "f").text(), "f:1:17");
}

TEST(LoadYaml, MergeKeysChain) {
  const YAML::Node root = load("a: &a {x: 1}\nb: &b\n  <<: *a\n  y: 2\nc:\n  <<: *b\n");
  EXPECT_EQ(root["c"].size(), 2U);
  EXPECT_EQ(root["c"]["x"].Scalar(), "1");
}

TEST(LoadYaml, MergeKeysNeedMappings) {
  EXPECT_THAT(error_of("b:\n  <<: 5\n"), StartsWith("f.yaml:2:7: '<<' with something that is no mapping"));
  EXPECT_EQ(load("b: {\"<<\": 5}")["b"]["<<"].Scalar(), "5") << "in quotes it is a key like any other";
}

TEST(LoadYaml, AliasesAreBounded) {
  EXPECT_EQ(error_of("a: &a [*a]"), "f.yaml:1:8: an alias inside its own anchor; write the value out");
  std::string laughs = "a0: &a0 [x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) laughs += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
  EXPECT_THAT(error_of(laughs), HasSubstr("aliases stand for more than 100000 values; use fewer aliases"));
  const std::string fair =
      "a: &a [" + repeat("x,", 999) + "]\nb: [" + repeat("*a ,", 100) + "]";  // 100 x 1,000 values
  EXPECT_EQ(error_of(fair), "no error");
}

TEST(LoadYaml, SizesAreBounded) {
  EXPECT_EQ(error_of(repeat("[", 100) + repeat("]", 100)), "no error");
  EXPECT_THAT(error_of(repeat("[", 101) + repeat("]", 101)), HasSubstr("nested more than 100 deep"));
  EXPECT_THAT(error_of(repeat("- ", 5000)), HasSubstr("nested more than 100 deep"));
  EXPECT_THAT(error_of(repeat("[", 400'001)), HasSubstr("more than 400000 brackets and commas"));
  EXPECT_THAT(error_of(repeat("- x\n", 200'001)), HasSubstr("more than 200000 values"));
  EXPECT_THAT(error_of(std::string((std::size_t{16} << 20) + 1, ' ')),
              StartsWith("f.yaml: larger than 16 MiB"));
}

TEST(ReadYamlText, ReadsBytesOrSaysWhyNot) {
  const tests::TemporaryFolder folder;
  const auto file = folder.write("a.yaml", "a: 1\r\n");
  EXPECT_EQ(read_yaml_text(file), "a: 1\r\n");
  EXPECT_EQ(read_yaml_text(folder.write("empty.yaml", "")), "");
  const auto missing = folder / "b.yaml";
  EXPECT_EQ(message_of([&] { read_yaml_text(missing); }),
            missing.string() + ": no such file; check the path");
  EXPECT_EQ(message_of([&] { read_yaml_text(folder.path()); }),
            folder.path().string() + ": this is a folder, expected a YAML file; give the file in it");
  const auto large = folder.write("large.yaml", std::string((std::size_t{16} << 20) + 1, ' '));
  EXPECT_THAT(message_of([&] { read_yaml_text(large); }), HasSubstr("larger than 16 MiB"));
}

}  // namespace
}  // namespace tsugi::recipes
