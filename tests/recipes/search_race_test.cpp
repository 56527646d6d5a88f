// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// `race:` and `items:` of search files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/search_spec.h"
#include "tests/support/input_error.h"

namespace tsugi::recipes {
namespace {

using testing::StartsWith;

SearchSpec search_with(const std::string& lines) {
  return parse_search("genome: {models: [a], merge_method: x}\ntasks: [t]\n" + lines, "s.yaml");
}

std::string line_error(const std::string& lines) {
  return tests::message_of([&] { search_with(lines); });
}

TEST(ParseSearch, ReadsRaces) {
  const auto race_of = [](const std::string& lines) { return search_with(lines).race; };
  EXPECT_FALSE(race_of(""));
  EXPECT_FALSE(race_of("race: false\n"));
  EXPECT_FALSE(race_of("race: null\n"));
  const auto standard = race_of("race: true\n");
  ASSERT_TRUE(standard);
  EXPECT_FALSE(standard->first);
  EXPECT_FALSE(standard->block);
  EXPECT_EQ(standard->error, 0.2);
  EXPECT_EQ(standard->mark.text(), "s.yaml:3:1");
  const auto given = race_of("race: {first: 64, block: 32, error: 0.125}\n");
  ASSERT_TRUE(given);
  EXPECT_EQ(given->first, 64);
  EXPECT_EQ(given->block, 32);
  EXPECT_EQ(given->error, 0.125);
  EXPECT_EQ(line_error("race: {frist: 3}"), "s.yaml:3:8: unknown key 'frist'; did you mean 'first'?");
  EXPECT_THAT(line_error("race: {block: 0}"), StartsWith("s.yaml:3:15: block is '0', expected at least 1"));
  EXPECT_THAT(line_error("race: {error: 1}"),
              StartsWith("s.yaml:3:15: error is '1', expected a number between 0 and 1"));
  EXPECT_THAT(line_error("race: often"), StartsWith("s.yaml:3:7: race is 'often', expected true or false"));
}

TEST(ParseSearch, ReadsSubsetsOfItems) {
  const auto items_of = [](const std::string& lines) { return search_with(lines).items; };
  EXPECT_FALSE(items_of(""));
  const auto standard = items_of("items: {subset: 100}\n");
  ASSERT_TRUE(standard);
  EXPECT_EQ(standard->subset, 100);
  EXPECT_EQ(standard->estimator, Estimator::gp_irt);
  EXPECT_EQ(standard->dimensions, 2);
  EXPECT_EQ(standard->full_generations, 3);
  EXPECT_EQ(standard->mark.text(), "s.yaml:3:1");
  const auto given = items_of("items: {subset: 9, estimator: mp_irt, dimensions: 5, full_generations: 0}\n");
  ASSERT_TRUE(given);
  EXPECT_EQ(given->estimator, Estimator::mp_irt);
  EXPECT_EQ(given->dimensions, 5);
  EXPECT_EQ(given->full_generations, 0);
  EXPECT_THAT(line_error("items: {estimator: mean}"), StartsWith("s.yaml:3:8: items has no 'subset'"));
  EXPECT_THAT(
      line_error("items: {subset: 9, estimator: irt}"),
      StartsWith("s.yaml:3:31: estimator is 'irt', expected one of mean, p_irt, gp_irt, mp_irt, gmp_irt"));
  EXPECT_THAT(line_error("items: {subset: 9, dimensions: 11}"),
              StartsWith("s.yaml:3:32: dimensions is '11', expected"));
  EXPECT_THAT(line_error("race: true\nitems: {subset: 9}"), StartsWith("s.yaml:4:1: items and race"));
}

}  // namespace
}  // namespace tsugi::recipes
