// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `genome:` of search files.
#include "recipes/search_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/input_error.h"

namespace tsugi::recipes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;
using tests::message_of;

SearchSpec parse(std::string_view text) {
  return parse_search(text, "s.yaml");
}

std::string error_of(std::string_view text) {
  return message_of([&] { parse(text); });
}

const std::string kSmall = "genome: {models: [a, b], merge_method: linear}\ntasks: [t]\n";

/// The message for a genome with one more line, which is line 4.
std::string genome_error(const std::string& line) {
  return error_of("genome:\n  models: [a, b]\n  merge_method: linear\n  " + line + "\ntasks: [t]\n");
}

TEST(ParseGenome, ChecksTheGenome) {
  EXPECT_THAT(error_of("genome: {models: [a, b, a], merge_method: x}\ntasks: [t]\n"),
              StartsWith("s.yaml:1:25: model 'a' for the second time"));
  EXPECT_THAT(genome_error("layer_granularity: -1"),
              StartsWith("s.yaml:4:22: layer_granularity is '-1', expected at least 0"));
  EXPECT_THAT(genome_error("normalize: 2"),
              StartsWith("s.yaml:4:14: normalize is '2', expected true or false"));
  EXPECT_THAT(genome_error("filters: [mlp, mlp]"),
              StartsWith("s.yaml:4:18: 'mlp' for the second time in filters"));
  EXPECT_THAT(genome_error("filters: ['']"),
              StartsWith("s.yaml:4:13: an entry of filters is '', expected text"));
  EXPECT_THAT(genome_error("dtype: bf16"),
              StartsWith("s.yaml:4:10: dtype is 'bf16', expected a floating type"));
}

TEST(ParseGenome, ChecksRanges) {
  EXPECT_EQ(genome_error("ranges: {weight: {low: 2, high: -1}}"),
            "s.yaml:4:26: low 2 is not below high -1; exchange or widen them");
  EXPECT_THAT(genome_error("ranges: {weight: {low: 1, high: 1}}"), HasSubstr("low 1 is not below high 1"));
  EXPECT_EQ(genome_error("ranges: {weight: {low: 0, high: 1, start: 1.5}}"),
            "s.yaml:4:45: start 1.5 is outside the range; choose it between low and high");
  EXPECT_THAT(genome_error("ranges: {weight: {low: 0, start: -1}}"),
              HasSubstr("start -1 is outside the range"));
  EXPECT_EQ(genome_error("ranges: {weight: {low: 0, high: 1, start: 0}}"), "no error");
  EXPECT_THAT(genome_error("ranges: {weight: {low: .inf}}"), HasSubstr("low is '.inf', expected a number"));
  EXPECT_THAT(genome_error("ranges: {weight: 1}"),
              HasSubstr("the range of weight is '1', expected a mapping"));
}

TEST(ParseGenome, GroupsRolesAndSteps) {
  const SearchSpec search = parse(R"(genome:
  models: [a, b]
  merge_method: linear
  layer_groups: [1, 2, 4]
  roles: [attn.q, mlp]
  ranges:
    weight: {low: 0, high: 2, step: 0.1}
    t: {step: 0}
    filter_wise: {}
tasks: [t]
)");
  EXPECT_THAT(search.genome.layer_groups, ElementsAre(1, 2, 4));
  EXPECT_EQ(search.genome.groups_mark.text(), "s.yaml:4:17");
  ASSERT_THAT(search.genome.roles, SizeIs(2));
  EXPECT_EQ(search.genome.roles[1].text, "mlp");
  EXPECT_EQ(search.genome.roles[1].mark.text(), "s.yaml:5:19");
  EXPECT_EQ(search.genome.ranges.at("weight").step, 0.1);
  EXPECT_EQ(search.genome.ranges.at("t").step, 0);
  EXPECT_EQ(search.genome.ranges.at("filter_wise").step, std::nullopt);
  EXPECT_THAT(genome_error("layer_groups: [2, 0]"),
              StartsWith("s.yaml:4:21: a group's number of layers is '0', expected at least 1"));
  EXPECT_THAT(genome_error("layer_groups: []"), StartsWith("s.yaml:4:17: layer_groups is an empty list"));
  EXPECT_THAT(genome_error("layer_groups: [1]\n  layer_granularity: 2"),
              StartsWith("s.yaml:4:3: layer_groups beside layer_granularity"));
  EXPECT_THAT(genome_error("layer_groups: [1]\n  smooth: true"),
              StartsWith("s.yaml:4:3: layer_groups with smooth"));
  EXPECT_THAT(genome_error("roles: [mlp]\n  filters: [mlp]"), StartsWith("s.yaml:4:3: roles beside filters"));
  EXPECT_THAT(genome_error("roles: [mlp, mlp]"),
              StartsWith("s.yaml:4:16: 'mlp' for the second time in roles"));
  EXPECT_THAT(genome_error("ranges: {weight: {step: -1}}"),
              StartsWith("s.yaml:4:27: step is '-1', expected a number above 0"));
}

TEST(ParseGenome, SeveralMethods) {
  const SearchSpec search =
      parse("genome: {models: [a, b], merge_method: [ties, dare_ties, linear]}\ntasks: [t]\n");
  EXPECT_EQ(search.genome.merge_method, "ties");
  EXPECT_EQ(search.genome.method_mark.text(), "s.yaml:1:41");
  ASSERT_THAT(search.genome.other_methods, SizeIs(2));
  EXPECT_EQ(search.genome.other_methods[1].text, "linear");
  EXPECT_EQ(search.genome.other_methods[1].mark.text(), "s.yaml:1:58");
  EXPECT_EQ(methods_text(search.genome), "ties, dare_ties, linear");
  EXPECT_EQ(methods_text(parse(kSmall).genome), "linear");
  const auto method_error = [](const std::string& methods) {
    return error_of("genome: {models: [a, b], merge_method: " + methods + "}\ntasks: [t]\n");
  };
  EXPECT_THAT(method_error("[]"), StartsWith("s.yaml:1:40: merge_method is an empty list"));
  EXPECT_THAT(method_error("[ties, ties]"), StartsWith("s.yaml:1:47: 'ties' for the second time"));
}

}  // namespace
}  // namespace tsugi::recipes
