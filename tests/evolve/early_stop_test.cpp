// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/early_stop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "evolve/archive.h"
#include "tests/support/input_error.h"
#include "tests/support/pocket_search.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

/// The first `right` of 100 items.
std::vector<double> values(std::size_t right) {
  std::vector<double> out(100, 0.0);
  std::fill_n(out.begin(), right, 1.0);
  return out;
}

TEST(EarlyStop, CountsGenerationsWithoutARelease) {
  EarlyStop stop(2);
  stop.look(values(50));
  stop.look(values(50));
  EXPECT_FALSE(stop.reached());
  stop.look(values(60));  // ten items gained, none lost: 3.3 standard errors
  stop.look({});          // failed
  EXPECT_FALSE(stop.reached());
  stop.look(values(60));
  EXPECT_TRUE(stop.reached());
  EXPECT_EQ(stop.ladder().releases(), 2U);
  EXPECT_FALSE(EarlyStop(0).reached());
}

// The search looks at validation once a generation, through its mean, and ends when nothing is released.
TEST(EarlyStop, EndsASearchThatNoLongerGetsBetter) {
  const tests::TemporaryFolder folder;
  const std::string text =
      tests::replaced(tests::kPocketSearch, "evaluations: 6", "evaluations: 60\nearly_stop: {patience: 1}");
  std::string notes;
  SearchOptions options{.output = folder / "run", .threads = 2};
  options.note = [&](const std::string& note) { notes += note + "\n"; };
  const Result result = tests::run_pocket(text, options);
  // Twenty releases in a row, each by a standard error, are not to be had on five items.
  EXPECT_LT(result.evaluations, 60U);
  EXPECT_THAT(notes, testing::HasSubstr("validation released nothing better"));
  const Archive archive = read_archive(folder / "run/archive.h5");
  std::size_t means = 0;
  for (const Record& record : archive.records) means += record.origin == Origin::mean ? 1 : 0;
  EXPECT_EQ(means, archive.evaluations / 3 + 1) << "one a generation, and the final one";
  for (const Record& record : archive.records) {
    if (record.origin != Origin::optimizer) continue;
    bool on_validation = false;
    for (std::size_t i = 0; i < archive.items.size(); ++i)
      on_validation |= archive.items[i].side == eval::Side::validation && !std::isnan(record.scores[i]);
    const auto id = static_cast<std::size_t>(&record - archive.records.data());
    EXPECT_EQ(on_validation,
              std::find(archive.finalists.begin(), archive.finalists.end(), id) != archive.finalists.end());
  }
}

TEST(EarlyStop, NeedsValidationItems) {
  EXPECT_THAT(
      tests::message_of([] {
        tests::pocket_spec(std::string(tests::kPocketSearch) +
                           "early_stop: {patience: 3}\nsplit: {search: 0.5, validation: 0, test: 0.5}\n");
      }),
      testing::HasSubstr("early_stop needs validation items"));
}

}  // namespace
}  // namespace tsugi::evolve
