// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/samples.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

Archive archive_of(const std::vector<std::pair<std::string, std::string>>& names_and_recipes) {
  Archive archive;
  for (const auto& [name, recipe] : names_and_recipes)
    archive.records.push_back({.name = name, .recipe = recipe});
  return archive;
}

TEST(Samples, EveryModelHasAFolderOfItsOwn) {
  Archive archive = archive_of({{"ja", "1"},
                                {"org/ja", "2"},
                                {"org_ja", "3"},
                                {"evolved", "4"},
                                {"..", "5"},
                                {"日本 語", "6"},
                                {"", "7"},
                                {"", "8"}});
  archive.winner = 7;
  std::vector<std::string> folders;
  for (std::size_t id = 0; id < archive.records.size(); ++id) folders.push_back(samples_folder(archive, id));
  EXPECT_EQ(folders, (std::vector<std::string>{"samples/ja", "samples/org_ja", "samples/org_ja-2",
                                               "samples/evolved-3", "samples/_.", "samples/日本_語",
                                               "samples/candidate-6", "samples/evolved"}));
}

TEST(Samples, AWinnerThatIsABaselineHasThatOnesAnswers) {
  Archive archive = archive_of({{"uniform", "same"}, {"", "other"}, {"", "same"}});
  archive.winner = 2;
  EXPECT_EQ(samples_folder(archive, 2), "samples/uniform");
}

TEST(Samples, AnotherModelsAnswersAreNotTaken) {
  const tests::TemporaryFolder folder;
  Archive archive = archive_of({{"ja", "1"}, {"", "2"}});
  archive.winner = 1;
  EXPECT_FALSE(has_samples(folder.path(), archive, 1));
  write_samples(folder.path(), archive, 1,
                {.model = "", .arithmetic = "f32", .dtype = "float32", .tasks = {}});
  EXPECT_TRUE(has_samples(folder.path(), archive, 1));
  EXPECT_TRUE(std::filesystem::exists(folder / "samples/evolved/results.json"));
  EXPECT_FALSE(has_samples(folder.path(), archive, 0));
  archive.records[1] = {.name = "", .recipe = "3"};  // the winner of another opening
  EXPECT_FALSE(has_samples(folder.path(), archive, 1));
}

}  // namespace
}  // namespace tsugi::evolve
