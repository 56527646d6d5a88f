// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A merge that is killed leaves no output or a whole one, and the same command then gives the same bytes.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <random>
#include <set>

#include "merge/checkpoint/mapped_file.h"
#include "tests/support/run_program.h"
#include "tests/support/tiny_model.h"

namespace tsugi::tests {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using testing::HasSubstr;

constexpr int kKilled = 128 + SIGKILL;

// 16 matrices of 16 MiB: with the shard size below four shards, and a merge of about a second, of which the
// start of the program is a small part.
constexpr int kLayers = 8;
constexpr std::size_t kWidth = 2048;
constexpr const char* kShardSize = "70M";  // four of the matrices, and the small tensors

// Values of no pattern in [-0.5, 0.5), the multiplicative congruential generator of Lewis, Goodman and
// Miller.
void write_model(const fs::path& folder, std::uint32_t seed) {
  TinyModel model = TinyModel::llama(kLayers, 1);
  std::minstd_rand0 random(seed);
  for (auto& [name, tensor] : model.tensors) {
    if (name.find("_proj") == std::string::npos) continue;
    tensor.shape = {kWidth, kWidth};
    tensor.values.resize(kWidth * kWidth);
    for (float& value : tensor.values)
      value = static_cast<float>(random()) / static_cast<float>(std::minstd_rand0::max()) - 0.5F;
  }
  model.write(folder);
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

// The names of files that only one of the folders has, or whose bytes differ.
std::set<std::string> differences(const fs::path& a, const fs::path& b) {
  std::set<std::string> names = names_in(a);
  names.merge(names_in(b));
  std::set<std::string> different;
  for (const std::string& name : names) {
    if (fs::exists(a / name) && fs::exists(b / name)) {
      const merge::MappedFile one(a / name);
      const merge::MappedFile other(b / name);
      if (std::ranges::equal(one.bytes(), other.bytes())) continue;
    }
    different.insert(name);
  }
  return different;
}

class Kill : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    models_ = new TemporaryFolder;
    for (const auto& [name, seed] : {std::pair("base", 1U), std::pair("a", 2U), std::pair("b", 3U)})
      write_model(*models_ / name, seed);
    for (const auto& [name, density] : {std::pair("ties.yaml", 0.5), std::pair("denser.yaml", 0.75)}) {
      models_->write(name, fmt::format("merge_method: ties\nbase_model: base\nmodels:\n"
                                       "  - model: a\n    parameters: {{weight: 0.5, density: {0}}}\n"
                                       "  - model: b\n    parameters: {{weight: 0.25, density: {0}}}\n"
                                       "dtype: float32\n",
                                       density));
    }
  }
  static void TearDownTestSuite() { delete models_; }

  /// Merges into `out`; with a moment, kills the program then.
  static Finished merge(const std::string& recipe, const fs::path& out,
                        std::optional<microseconds> kill_after = {}) {
    return run_program({"merge", recipe, out.string(), "--overwrite", "--out-shard-size", kShardSize},
                       models_->path(), {.kill_after = kill_after});
  }

  /// The merge that nothing disturbs, and how long it takes once its inputs are in memory.
  static microseconds merge_in_peace(const std::string& recipe, const fs::path& out) {
    EXPECT_EQ(merge(recipe, out).code, 0);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(merge(recipe, out).code, 0);
    return std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - start);
  }

  static TemporaryFolder* models_;
};

TemporaryFolder* Kill::models_ = nullptr;

TEST_F(Kill, LeavesNoFolderOrAWholeOne) {
  constexpr int kMoments = 50;
  const TemporaryFolder whole;
  const TemporaryFolder place;
  const fs::path expected = whole / "out";  // the model card says the folder's name
  const fs::path out = place / "out";
  const microseconds length = merge_in_peace("ties.yaml", expected);
  EXPECT_THAT(names_in(expected), testing::IsSupersetOf({"model-00001-of-00004.safetensors", "config.json",
                                                         "README.md", "manifest.json"}));
  std::mt19937_64 random(50);
  std::uniform_int_distribution<std::int64_t> moments(0, length.count());
  int nothing = 0;
  int partial = 0;
  int finished = 0;
  int resumed = 0;
  for (int i = 0; i < kMoments; ++i) {
    const microseconds moment(moments(random));
    SCOPED_TRACE(fmt::format("killed after {} us of {}", moment.count(), length.count()));
    const Finished run = merge("ties.yaml", out, moment);
    ASSERT_TRUE(run.code == kKilled || run.code == 0) << run.err;
    std::set<std::string> left = names_in(place.path());
    (left.count("out") != 0 ? finished : left.empty() ? nothing : partial) += 1;
    if (left.erase("out") != 0) {
      EXPECT_EQ(differences(out, expected), std::set<std::string>{});
    }
    left.erase(".out.tsugi-partial");
    EXPECT_EQ(left, std::set<std::string>{});
    const Finished again = merge("ties.yaml", out);
    ASSERT_EQ(again.code, 0) << again.err;
    resumed += again.err.find("resumed: ") != std::string::npos ? 1 : 0;
    EXPECT_EQ(differences(out, expected), std::set<std::string>{});
    EXPECT_EQ(names_in(place.path()), std::set<std::string>{"out"});
    fs::remove_all(out);
  }
  fmt::print(
      "a merge of {:.2f} s, killed {} times: {} met nothing, {} a partial folder, {} a whole one; {} "
      "reruns resumed\n",
      static_cast<double>(length.count()) * 1e-6, kMoments, nothing, partial, finished, resumed);
  EXPECT_GT(partial, kMoments / 2);  // else the moments are not those of the merge
  EXPECT_GT(resumed, 0);
}

// An output that is being replaced is at any moment the older one or the newer one.
TEST_F(Kill, LeavesTheOlderFolderOrTheNewer) {
  constexpr int kMoments = 10;
  const TemporaryFolder whole;
  const TemporaryFolder place;
  const fs::path older = whole / "older/out";
  const fs::path newer = whole / "newer/out";
  const fs::path out = place / "out";
  merge_in_peace("ties.yaml", older);
  const microseconds length = merge_in_peace("denser.yaml", newer);
  ASSERT_THAT(differences(older, newer), testing::Contains("model-00001-of-00004.safetensors"));
  std::mt19937_64 random(10);
  std::uniform_int_distribution<std::int64_t> moments(0, length.count());
  for (int i = 0; i < kMoments; ++i) {
    fs::remove_all(out);
    fs::copy(older, out);
    const microseconds moment(moments(random));
    SCOPED_TRACE(fmt::format("killed after {} us of {}", moment.count(), length.count()));
    merge("denser.yaml", out, moment);
    const bool replaced = differences(out, newer).empty();
    EXPECT_TRUE(replaced || differences(out, older).empty());
    ASSERT_EQ(merge("denser.yaml", out).code, 0);
    EXPECT_EQ(differences(out, newer), std::set<std::string>{});
    EXPECT_EQ(names_in(place.path()), std::set<std::string>{"out"});
  }
}

}  // namespace
}  // namespace tsugi::tests
