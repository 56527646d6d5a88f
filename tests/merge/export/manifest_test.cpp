// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "merge/export/folder_writer.h"
#include "merge/sha256.h"
#include "tests/support/plan_fixture.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

// FIPS 180-4's examples.
TEST(Sha256, PublishedValues) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256().add("a").add("bc").hex(), sha256_hex("abc"));
}

class ManifestOfAMerge : public tests::PlanFixture {
 protected:
  static nlohmann::json merged(const fs::path& out, const MergePlan& plan) {
    FolderWriter writer(plan, out, {.shard_size = 100, .recipe = "# r\n"});
    write_folder(plan, writer);
    return nlohmann::json::parse(tests::read_text(out / "manifest.json"));
  }
};

TEST_F(ManifestOfAMerge, ListsEveryFileWithItsDigest) {
  folder.write("a/generation_config.json", "{}");
  folder.write("a/LICENSE", "free");
  const nlohmann::json manifest =
      merged(folder / "out", plan("merge_method: linear\nmodels: [{model: @a, parameters: {weight: 1}}, "
                                  "{model: @b, parameters: {weight: 1}}]\nseed: 11\n"));
  EXPECT_EQ(manifest["tsugi"], "0.1.0");
  EXPECT_EQ(manifest["seed"], 11);
  EXPECT_EQ(manifest["recipe_sha256"], sha256_hex("# r\n"));
  std::vector<std::string> listed;
  for (const auto& model : manifest["inputs"]) {
    for (const auto& file : model["files"]) {
      const std::string name = std::string(model["model"]) + "/" + std::string(file["file"]);
      listed.push_back(name);
      const std::string text = tests::read_text(folder / name);
      EXPECT_EQ(file["sha256"], sha256_hex(text)) << name;
      EXPECT_EQ(file["size"], text.size()) << name;
    }
  }
  EXPECT_THAT(listed, testing::ElementsAre("a/LICENSE", "a/config.json", "a/generation_config.json",
                                           "a/model.safetensors", "b/config.json", "b/model.safetensors"));
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder / "out")) files += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(manifest["outputs"].size() + 1, files);
  for (const auto& file : manifest["outputs"]) {
    const std::string text = tests::read_text(folder / ("out/" + std::string(file["file"])));
    EXPECT_EQ(file["sha256"], sha256_hex(text)) << file;
    EXPECT_EQ(file["size"], text.size()) << file;
  }
}

TEST_F(ManifestOfAMerge, SaysNothingOfPlaceOrTime) {
  const MergePlan copy = plan_copy(Checkpoint::open(folder / "a"));
  merged(folder / "one/out", copy);
  merged(folder / "two/out", copy);
  const std::string text = tests::read_text(folder / "one/out/manifest.json");
  EXPECT_EQ(text, tests::read_text(folder / "two/out/manifest.json"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr(folder.path().string())));
}

TEST_F(ManifestOfAMerge, CanBeLeftAway) {
  const MergePlan copy = plan_copy(Checkpoint::open(folder / "a"));
  FolderWriter writer(copy, folder / "out", {.manifest = false});
  write_folder(copy, writer);
  EXPECT_FALSE(fs::exists(folder / "out/manifest.json"));
  EXPECT_TRUE(fs::exists(folder / "out/config.json"));
}

TEST(FileDigests, KeepsDigestsOfLargeFilesThatStayTheSame) {
  const tests::TemporaryFolder folder;
  const fs::path large = folder.write("large", "");
  constexpr std::uintmax_t kLarge = std::uintmax_t{65} << 20;  // above what is worth keeping
  fs::resize_file(large, kLarge);
  const fs::path cache = folder / "cache/tsugi/sha256";
  // Files as young as this one are never kept: they may change without their times telling.
  const FileDigest first = FileDigests(cache).of(large, "large");
  EXPECT_EQ(first.size, kLarge);
  EXPECT_EQ(first.sha256, sha256_hex(std::string(kLarge, '\0')));
  EXPECT_FALSE(fs::exists(cache));
}

}  // namespace
}  // namespace tsugi::merge
