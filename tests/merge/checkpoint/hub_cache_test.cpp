// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/hub_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "merge/checkpoint/checkpoint.h"
#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::merge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";
constexpr const char* kOther = "89abcdef0123456789abcdef0123456789abcdef";

/// The environment names no cache but `folder`'s. Each test runs in a process of its own.
void use_cache(const std::filesystem::path& folder) {
  for (const char* name : {"HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "HOME"}) ::unsetenv(name);
  ::setenv("HF_HUB_CACHE", folder.c_str(), 1);
}

TEST(HubName, TakesWhatTheHubTakes) {
  EXPECT_EQ(hub_name("org/name")->id, "org/name");
  EXPECT_EQ(hub_name("gpt2")->id, "gpt2");
  EXPECT_EQ(hub_name("Qwen/Qwen2.5-0.5B_x@refs/pr/1")->revision, "refs/pr/1");
  EXPECT_EQ(hub_name("org/name@v1")->download(), "hf download org/name --revision v1");
  EXPECT_EQ(hub_name("org/name")->download(), "hf download org/name");
  for (const char* text : {"", "/a", "a/", "a/b/c", "./a", "../a", "a/..", "~/a", "a b", "a/b@", "a/b@..",
                           "a/b@x/../y", "a/b@/x", "a--b", "a/b--c", "-a/b", "a\nb"}) {
    EXPECT_FALSE(hub_name(text).has_value()) << text;
  }
}

TEST(HubCache, TheEnvironmentSaysWhere) {
  use_cache("/one");
  EXPECT_EQ(hub_cache(), "/one");
  ::unsetenv("HF_HUB_CACHE");
  ::setenv("HOME", "/home/me", 1);
  EXPECT_EQ(hub_cache(), "/home/me/.cache/huggingface/hub");
  ::setenv("XDG_CACHE_HOME", "/xdg", 1);
  EXPECT_EQ(hub_cache(), "/xdg/huggingface/hub");
  ::setenv("HF_HOME", "/hf", 1);
  EXPECT_EQ(hub_cache(), "/hf/hub");
  ::setenv("HUGGINGFACE_HUB_CACHE", "/older", 1);
  EXPECT_EQ(hub_cache(), "/older");
}

TEST(HubCache, FollowsRefsAndCommits) {
  const tests::TemporaryFolder folder;
  use_cache(folder.path());
  const std::string model = "models--org--name/";
  folder.write(model + "refs/main", kCommit);
  folder.write(model + "refs/refs/pr/1", std::string(kOther) + "\n");
  folder.write(model + "refs/gone", "ffffffffffffffffffffffffffffffffffffffff");
  folder.write(model + "refs/bad", "../../../etc");
  folder.write(model + "snapshots/" + kCommit + "/x", "");
  folder.write(model + "snapshots/" + kOther + "/x", "");
  const auto found = [](const char* text) { return find_in_hub_cache(*hub_name(text)); };
  const auto snapshots = folder / "models--org--name/snapshots";
  EXPECT_EQ(found("org/name"), snapshots / kCommit);
  EXPECT_EQ(found("org/name@main"), snapshots / kCommit);
  EXPECT_EQ(found("org/name@refs/pr/1"), snapshots / kOther);
  EXPECT_EQ(find_in_hub_cache({"org/name", kOther}), snapshots / kOther);
  EXPECT_EQ(found("org/name@gone"), std::nullopt);
  EXPECT_EQ(found("org/name@absent"), std::nullopt);
  EXPECT_EQ(found("org/other"), std::nullopt);
  EXPECT_THAT(tests::message_of<InputError>([&] { found("org/name@bad"); }),
              HasSubstr("refs/bad: holds '../../../etc', expected a commit"));
}

TEST(HubCache, ModelsOfARecipeAreFoundThere) {
  const tests::TemporaryFolder folder;
  use_cache(folder.path());
  const auto blobs = tests::write_model(folder, "models--org--name/blobs");
  folder.write("models--org--name/refs/main", kCommit);
  const auto snapshot = folder / "models--org--name/snapshots" / kCommit;
  std::filesystem::create_directories(snapshot);
  for (const char* file : {"config.json", "model.safetensors"}) {  // as the hub's tools lay them out
    std::filesystem::create_symlink(std::filesystem::path("../../blobs") / file, snapshot / file);
  }
  CheckpointStore store;
  const auto model = store.get({"org/name", {"r.yaml", 1, 1}}, "r.yaml");
  EXPECT_EQ(model->folder(), snapshot);
  EXPECT_EQ(store.get({std::string("org/name@") + kCommit, {}}, ""), model);
  EXPECT_THAT(store.notes(), testing::Contains("org/name read from " + snapshot.string()));
  std::filesystem::remove(blobs / "model.safetensors");  // a broken link
  CheckpointStore fresh;
  EXPECT_THAT(tests::message_of<InputError>([&] { fresh.get({"org/name", {}}, ""); }), HasSubstr(kCommit));
}

}  // namespace
}  // namespace tsugi::merge
