// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/archive.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "recipes/error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using tests::read_text;
using tests::TemporaryFolder;

Archive example() {
  Archive archive;
  archive.search = "genome: {}  # 探索\n";
  archive.optimizer = "cma_es";
  archive.merge_method = "ties";
  archive.seed = UINT64_MAX;
  archive.evaluations = 2;
  archive.genes = {{.name = "layers 0-1 math weight", .low = 0, .high = 1.5, .start = 0.5},
                   {.name = "t", .low = 0.1, .high = 10, .start = 1, .scale = merge::Scale::logarithmic}};
  archive.items = {{"task/a", "task", eval::Side::search, 0},
                   {"task/b", "task", eval::Side::test, 1},
                   {"task/c", "task", eval::Side::validation, 1}};
  archive.records = {{.generation = 0,
                      .origin = Origin::parent,
                      .name = "math",
                      .recipe = "merge_method: passthrough\n",
                      .fitness = 0.25,
                      .scores = {0.25, kMissing, 1}},
                     {.generation = 1,
                      .genes = {0.5, 2},
                      .recipe = "merge_method: ties\n",
                      .failure = "tensor x: 3 values are NaN",
                      .scores = {kMissing, kMissing, kMissing}},
                     {.generation = 1,
                      .genes = {0.5, 1.0 / 3},
                      .recipe = "merge_method: ties\n# other\n",
                      .same_as = 0,
                      .fitness = 1,
                      .scores = {1, 0, 0},
                      .merge_seconds = 0.5,
                      .score_seconds = 1.5}};
  archive.finalists = {2, 0};
  archive.winner = 2;
  archive.test_openings = 1;
  return archive;
}

void expect_equal(double a, double b) {
  EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << a << ' ' << b;
}

TEST(Archive, ReadsBackWhatWasWritten) {
  const TemporaryFolder folder;
  const Archive written = example();
  write_archive(written, folder / "archive.h5");
  const Archive read = read_archive(folder / "archive.h5");
  EXPECT_EQ(read.search, written.search);
  EXPECT_EQ(read.optimizer, "cma_es");
  EXPECT_EQ(read.merge_method, "ties");
  EXPECT_EQ(read.seed, UINT64_MAX);
  EXPECT_EQ(read.evaluations, 2U);
  EXPECT_EQ(read.finalists, written.finalists);
  EXPECT_EQ(read.winner, written.winner);
  EXPECT_EQ(read.test_openings, 1U);
  ASSERT_EQ(read.genes.size(), 2U);
  EXPECT_EQ(read.genes[0].name, "layers 0-1 math weight");
  EXPECT_EQ(read.genes[1].high, 10);
  EXPECT_EQ(read.genes[1].scale, merge::Scale::logarithmic);
  ASSERT_EQ(read.items.size(), 3U);
  EXPECT_EQ(read.items[1].id, "task/b");
  EXPECT_EQ(read.items[1].side, eval::Side::test);
  EXPECT_EQ(read.items[2].cluster, 1U);
  ASSERT_EQ(read.records.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const Record& a = read.records[i];
    const Record& b = written.records[i];
    EXPECT_EQ(a.generation, b.generation);
    EXPECT_EQ(a.origin, b.origin);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.genes, b.genes);
    EXPECT_EQ(a.recipe, b.recipe);
    EXPECT_EQ(a.same_as, b.same_as);
    EXPECT_EQ(a.failure, b.failure);
    EXPECT_EQ(a.fitness, b.fitness);
    ASSERT_EQ(a.scores.size(), b.scores.size());
    for (std::size_t k = 0; k < a.scores.size(); ++k) expect_equal(a.scores[k], b.scores[k]);
  }
}

TEST(Archive, SameContentSameBytesWhateverTheTimings) {
  const TemporaryFolder folder;
  Archive archive = example();
  write_archive(archive, folder / "a.h5");
  archive.records[2].merge_seconds = 77;
  write_archive(archive, folder / "b.h5");
  EXPECT_EQ(read_text(folder / "a.h5"), read_text(folder / "b.h5"));
  archive.records[2].scores[1] = 1;
  write_archive(archive, folder / "b.h5");
  EXPECT_NE(read_text(folder / "a.h5"), read_text(folder / "b.h5"));
}

TEST(Archive, IsReplacedWholeAndLeavesNothingElse) {
  const TemporaryFolder folder;
  Archive archive = example();
  write_archive(archive, folder / "archive.h5");
  archive.records.pop_back();
  archive.winner.reset();
  archive.finalists.clear();
  write_archive(archive, folder / "archive.h5");
  EXPECT_EQ(read_archive(folder / "archive.h5").records.size(), 2U);
  EXPECT_FALSE(read_archive(folder / "archive.h5").winner);
  const auto files = std::distance(std::filesystem::directory_iterator(folder.path()), {});
  EXPECT_EQ(files, 1);
}

TEST(Archive, AnEmptyOneIsFineToo) {
  const TemporaryFolder folder;
  write_archive({}, folder / "archive.h5");
  EXPECT_TRUE(read_archive(folder / "archive.h5").records.empty());
}

TEST(Archive, ATruncatedOrForeignFileIsAnInputError) {
  const TemporaryFolder folder;
  write_archive(example(), folder / "archive.h5");
  const std::string whole = read_text(folder / "archive.h5");
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, whole.size() / 2}) {
    folder.write("cut.h5", whole.substr(0, size));
    EXPECT_THROW(read_archive(folder / "cut.h5"), InputError) << size;
  }
  EXPECT_THROW(read_archive(folder / "absent.h5"), InputError);
}

TEST(Archive, TimingsGoIntoAFileOfTheirOwn) {
  const TemporaryFolder folder;
  write_timings(example(), folder / "timings.h5");
  EXPECT_GT(std::filesystem::file_size(folder / "timings.h5"), 0U);
}

TEST(Archive, AFolderThatIsNotThereIsAnError) {
  const TemporaryFolder folder;
  EXPECT_THROW(write_archive(example(), folder / "absent/archive.h5"), Error);
}

}  // namespace
}  // namespace tsugi::evolve
