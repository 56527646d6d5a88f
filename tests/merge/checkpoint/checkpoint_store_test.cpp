// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "merge/checkpoint/checkpoint.h"
#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::merge {
namespace {

using testing::HasSubstr;

recipes::ModelReference reference(const std::string& text) {
  return {text, {"r.yaml", 4, 12}};
}

// Tests may run beside each other in one process group, but each in a process of its own, so the working
// directory is ours.
class WorkingDirectory {
 public:
  explicit WorkingDirectory(const std::filesystem::path& path) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(path);
  }
  ~WorkingDirectory() {
    std::error_code ignored;
    std::filesystem::current_path(before_, ignored);
  }
  WorkingDirectory(const WorkingDirectory&) = delete;
  WorkingDirectory& operator=(const WorkingDirectory&) = delete;

 private:
  std::filesystem::path before_;
};

TEST(CheckpointStore, OpensAFolderOnceUnderAnySpelling) {
  const tests::TemporaryFolder folder;
  const auto model = tests::write_model(folder, "models/a");
  std::filesystem::create_symlink(model, folder / "link");
  const WorkingDirectory here(folder.path());
  CheckpointStore store;
  const auto first = store.get(reference("models/a"), "");
  EXPECT_EQ(store.get(reference("./models/../models/a/"), ""), first);
  EXPECT_EQ(store.get(reference(model.string()), ""), first);
  EXPECT_EQ(store.get(reference("link"), ""), first);
  EXPECT_TRUE(store.notes().empty());
}

TEST(CheckpointStore, WorkingDirectoryFirstThenBesideTheRecipe) {
  const tests::TemporaryFolder folder;
  tests::write_model(folder, "recipes/a");
  tests::write_model(folder, "recipes/b");
  tests::write_model(folder, "here/a");
  const WorkingDirectory here(folder / "here");
  CheckpointStore store;
  EXPECT_EQ(store.get(reference("a"), "../recipes/r.yaml")->folder(), "a");
  EXPECT_TRUE(store.notes().empty());
  EXPECT_EQ(store.get(reference("b"), "../recipes/r.yaml")->folder(), "../recipes/b");
  store.get(reference("b"), "../recipes/r.yaml");
  EXPECT_THAT(store.notes(), testing::ElementsAre("b read from ../recipes/b"));
}

TEST(CheckpointStore, AppliesAnAdapterOnce) {
  const std::string golden = TSUGI_ROOT "/tests/golden/adapter/llama";
  CheckpointStore store;
  const auto base = store.get(reference(golden), "");
  const auto lora = store.get(reference(golden + "+" + golden + "/lora"), "");
  EXPECT_EQ(store.get(reference(golden + "/+" + golden + "/../llama/lora"), ""), lora);
  EXPECT_NE(store.get(reference(golden + "+" + golden + "/dora"), ""), lora);
  const auto* name = "model.layers.0.mlp.up_proj.weight";
  EXPECT_EQ(base->find(name)->variant, 0U);
  EXPECT_NE(lora->find(name)->variant, 0U);
  EXPECT_FALSE(same_values(*base->find(name), *lora->find(name)));
  EXPECT_THAT(tests::message_of<InputError>([&] { store.get(reference(golden + "+./none"), ""); }),
              HasSubstr("r.yaml:4:12: adapter './none' is neither in the working directory"));
  const tests::TemporaryFolder folder;
  const auto plus = tests::write_model(folder, "a+b");
  EXPECT_EQ(store.get(reference(plus.string()), "")->folder(), plus)
      << "a folder of the whole name goes first";
}

TEST(CheckpointStore, RefusesAtTheMarkWithTheCure) {
  CheckpointStore store;
  const auto error = [&](const std::string& text) {
    return tests::message_of<InputError>([&] { store.get(reference(text), "r.yaml"); });
  };
  EXPECT_THAT(error("./absent"),
              HasSubstr("r.yaml:4:12: model './absent' is neither in the working directory nor beside"));
  EXPECT_THAT(
      error("org/some-Model_1.5"),
      AllOf(HasSubstr("r.yaml:4:12: 'org/some-Model_1.5' is neither a local folder nor in the Hugging Face"),
            HasSubstr("download it first: hf download org/some-Model_1.5")));
  EXPECT_THAT(error("./absent+./adapter"), HasSubstr("model './absent' is neither in the working directory"));
  EXPECT_THAT(error("a+b+c"), HasSubstr("r.yaml:4:12: 'a+b+c' names more than one adapter"));
  EXPECT_THAT(error("org/name@v1.0"), HasSubstr("hf download org/name --revision v1.0"));
  EXPECT_THAT(error(""), HasSubstr("r.yaml:4:12"));
  EXPECT_THAT(tests::message_of<InputError>([&] {
                store.get({"absent", {}}, "");
              }),
              HasSubstr("model: model 'absent'"));
}

}  // namespace
}  // namespace tsugi::merge
