// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::merge {
namespace {

using testing::HasSubstr;
using tests::RawTensor;
using tests::TemporaryFolder;

std::string error_of(const std::filesystem::path& folder) {
  return tests::message_of<InputError>([&] { Checkpoint::open(folder); });
}

std::vector<std::string> names_of(const Checkpoint& checkpoint) {
  std::vector<std::string> names;
  for (const TensorView& tensor : checkpoint.tensors()) names.push_back(tensor.name);
  return names;
}

// What recipes/pocket/README.md says of the family.
TEST(Checkpoint, OpensTheBundledModels) {
  for (const char* name : {"base", "math", "ja", "chat"}) {
    const auto model = Checkpoint::open(std::filesystem::path(TSUGI_ROOT "/recipes/pocket") / name);
    std::size_t parameters = 0;
    for (const TensorView& tensor : model->tensors()) {
      EXPECT_EQ(tensor.dtype, DType::BF16);
      parameters += elements(tensor.shape);
    }
    EXPECT_EQ(parameters, 1'673'344U);
    EXPECT_EQ(model->config().layers(), 8U);
    EXPECT_EQ(model->config().tied(), true);
    EXPECT_EQ(model->config().dtype(), DType::BF16);
    EXPECT_EQ(model->config().rope_theta(), 10000);
    EXPECT_EQ(model->config().architecture(), "LlamaForCausalLM");
    EXPECT_TRUE(model->notes().empty()) << model->notes().front();
    EXPECT_EQ(model->companions().size(), 3U);
    ASSERT_NE(model->find("model.embed_tokens.weight"), nullptr);
    EXPECT_EQ(model->find("model.embed_tokens.weight")->shape, (Shape{768, 128}));
    EXPECT_EQ(model->find("lm_head.weight"), nullptr);
    const auto names = names_of(*model);
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  }
}

TEST(Checkpoint, SaysWhatIsNoModelFolder) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of(folder / "absent"), HasSubstr("there is no such folder"));
  EXPECT_THAT(error_of(folder.write("m.gguf", std::string("GGUF\x03\0\0\0", 8))), HasSubstr("cut off"));
  EXPECT_THAT(error_of(folder.write("m.safetensors", tests::raw_model({}))),
              HasSubstr("is a file, expected a model folder"));
  folder.write("bare/model.safetensors", tests::raw_model(tests::tiny_tensors()));
  EXPECT_THAT(error_of(folder / "bare"), HasSubstr("has weights but no config.json"));
  EXPECT_THAT(error_of(tests::write_model(folder, "none", {})), HasSubstr("holds no tensors"));
}

TEST(Checkpoint, RefusesATruncatedFile) {
  const TemporaryFolder folder;
  const auto model = tests::write_model(folder, "m");
  ASSERT_EQ(error_of(model), "no error");
  const auto file = model / "model.safetensors";
  const std::size_t size = std::filesystem::file_size(file);
  std::filesystem::resize_file(file, size - 1);
  EXPECT_EQ(error_of(model), file.string() + ": truncated: needs " + std::to_string(size) + " bytes, has " +
                                 std::to_string(size - 1) + "; download the file again");
}

TEST(Checkpoint, RefusesQuantisedWeightsByConfig) {
  const TemporaryFolder folder;
  const std::string config(tests::kTinyConfig.substr(0, tests::kTinyConfig.size() - 1));
  const auto model = tests::write_model(folder, "m", tests::tiny_tensors(),
                                        config + R"(,"quantization_config":{"quant_method":"awq"}})");
  EXPECT_THAT(error_of(model), HasSubstr("config.json: quantised checkpoint"));
}

constexpr const char* kFirst = "model-00001-of-00002.safetensors";
constexpr const char* kSecond = "model-00002-of-00002.safetensors";

/// The tiny model in two shards, the second from `split` on.
class Shards {
 public:
  Shards() {
    folder.write("m/config.json", tests::kTinyConfig);
    const std::vector<RawTensor> all = tests::tiny_tensors();
    write(kFirst, {all.begin(), all.begin() + 2});
    write(kSecond, {all.begin() + 2, all.end()});
    index(R"("lm_head.weight":"1","model.embed_tokens.weight":"1","model.layers.0.mlp.up_proj.weight":"2",)"
          R"("model.layers.1.mlp.up_proj.weight":"2","model.norm.weight":"2")");
  }
  void write(const char* name, const std::vector<RawTensor>& tensors) const {
    folder.write(std::string("m/") + name, tests::raw_model(tensors));
  }
  /// "1" and "2" stand for the shards' names.
  void index(std::string map, int total = 60) const {
    for (const auto& [number, name] : {std::pair("\"1\"", kFirst), std::pair("\"2\"", kSecond)}) {
      for (std::size_t at = map.find(number); at != std::string::npos; at = map.find(number)) {
        map.replace(at + 1, 1, name);
      }
    }
    folder.write("m/model.safetensors.index.json", R"({"metadata":{"total_size":)" + std::to_string(total) +
                                                       R"(},"weight_map":{)" + map + "}}");
  }
  std::string error() const { return error_of(folder / "m"); }

  TemporaryFolder folder;
};

TEST(Checkpoint, ReadsShards) {
  const Shards shards;
  const auto model = Checkpoint::open(shards.folder / "m");
  const auto single = Checkpoint::open(tests::write_model(shards.folder, "single"));
  ASSERT_EQ(names_of(*model), names_of(*single));
  for (const TensorView& tensor : single->tensors()) {
    const TensorView* sharded = model->find(tensor.name);
    EXPECT_EQ(sharded->shape, tensor.shape);
    EXPECT_TRUE(
        std::equal(tensor.bytes.begin(), tensor.bytes.end(), sharded->bytes.begin(), sharded->bytes.end()));
  }
  EXPECT_TRUE(model->notes().empty()) << model->notes().front();
}

TEST(Checkpoint, RefusesShardsThatDoNotSuitTheIndex) {
  const std::vector<RawTensor> all = tests::tiny_tensors();
  {
    const Shards missing;
    std::filesystem::remove(missing.folder / "m" / kSecond);
    EXPECT_THAT(
        missing.error(),
        HasSubstr("1 of 2 shards present, missing or no regular file: 'model-00002-of-00002.safetensors'"));
  }
  {
    const Shards twice;
    twice.write(kFirst, {all.begin(), all.begin() + 3});
    EXPECT_THAT(
        twice.error(),
        HasSubstr(
            "tensor 'model.layers.0.mlp.up_proj.weight' is in shard 'model-00001-of-00002.safetensors', "
            "but the index says 'model-00002-of-00002.safetensors'"));
  }
  {
    const Shards extra;
    std::vector<RawTensor> more(all.begin() + 2, all.end());
    more.push_back({"stray", {1}, 0});
    extra.write(kSecond, more);
    EXPECT_THAT(
        extra.error(),
        HasSubstr(
            "tensor 'stray' is in shard 'model-00002-of-00002.safetensors', but the index does not list it"));
  }
  {
    const Shards absent;
    absent.write(kSecond, {all.begin() + 2, all.end() - 1});
    EXPECT_THAT(absent.error(),
                HasSubstr("tensor 'model.norm.weight' is not in shard 'model-00002-of-00002.safetensors'"));
  }
  {
    const Shards pointer;
    pointer.folder.write(std::string("m/") + kSecond,
                         "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n");
    EXPECT_THAT(pointer.error(), HasSubstr("Git LFS pointer"));
  }
}

TEST(Checkpoint, NotesAWrongTotalSize) {
  const Shards shards;
  const auto right = Checkpoint::open(shards.folder / "m");
  const std::string text = tests::read_text(shards.folder / "m/model.safetensors.index.json");
  std::string wrong = text;
  wrong.replace(wrong.find("60"), 2, "65");
  shards.folder.write("m/model.safetensors.index.json", wrong);
  EXPECT_THAT(Checkpoint::open(shards.folder / "m")->notes(),
              testing::ElementsAre(HasSubstr("total_size is 65, the tensors have 60 bytes")));
}

TEST(Checkpoint, FollowsTheLinksOfAHubCache) {
  const TemporaryFolder folder;
  const auto blob = folder.write("blobs/abc", tests::raw_model(tests::tiny_tensors()));
  folder.write("snap/config.json", tests::kTinyConfig);
  std::filesystem::create_symlink(blob, folder / "snap/model.safetensors");
  EXPECT_EQ(error_of(folder / "snap"), "no error");
}

}  // namespace
}  // namespace tsugi::merge
