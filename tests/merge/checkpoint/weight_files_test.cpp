// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/weight_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"

namespace tsugi::merge {
namespace {

using testing::HasSubstr;

constexpr const char* kIndex = "model.safetensors.index.json";

class Folder {
 public:
  /// Empty files of these names.
  explicit Folder(const std::vector<std::string>& names) {
    for (const std::string& name : names) folder_.write(name, "");
  }
  void index(std::string_view text) const { folder_.write(kIndex, text); }
  WeightFiles find() { return find_weight_files(folder_.path(), notes); }
  std::string error() {
    return tests::message_of<InputError>([&] { find(); });
  }
  std::vector<std::string> notes;

 private:
  tests::TemporaryFolder folder_;
};

TEST(FindWeightFiles, OneFile) {
  Folder folder(
      {"model.safetensors", "consolidated.safetensors", "model.fp16.safetensors", "optimizer.bin", "x.gguf"});
  const WeightFiles files = folder.find();
  EXPECT_THAT(files.names, testing::ElementsAre("model.safetensors"));
  EXPECT_TRUE(files.index.empty());
}

TEST(FindWeightFiles, TheIndexBeatsTheSingleFile) {
  Folder folder({"model.safetensors", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
                 "model-00003-of-00003.safetensors"});
  folder.index(
      R"({"metadata":{"total_size":12,"extra":[]},"weight_map":{"b":"model-00001-of-00002.safetensors",)"
      R"("a":"model-00002-of-00002.safetensors","c":"model-00001-of-00002.safetensors"}})");
  const WeightFiles files = folder.find();
  EXPECT_THAT(files.names,
              testing::ElementsAre("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"));
  EXPECT_EQ(files.weight_map.at("c"), "model-00001-of-00002.safetensors");
  EXPECT_EQ(files.total_size, 12U);
  EXPECT_THAT(folder.notes,
              testing::ElementsAre(HasSubstr("model.safetensors is there too and is not read"),
                                   HasSubstr("'model-00003-of-00003.safetensors' is not in the index")));
}

TEST(FindWeightFiles, NamesAllMissingShards) {
  Folder folder({"model-00002-of-00004.safetensors"});
  folder.index(
      R"({"weight_map":{"a":"model-00001-of-00004.safetensors","b":"model-00002-of-00004.safetensors",)"
      R"("c":"model-00003-of-00004.safetensors","d":"model-00004-of-00004.safetensors"}})");
  EXPECT_THAT(
      folder.error(),
      HasSubstr("1 of 4 shards present, missing or no regular file: 'model-00001-of-00004.safetensors', "
                "'model-00003-of-00004.safetensors', 'model-00004-of-00004.safetensors'"));
}

TEST(FindWeightFiles, RefusesBadIndexes) {
  const std::pair<const char*, const char*> rows[] = {
      {"[]", "has no weight_map object"},
      {"{}", "has no weight_map object"},
      {R"({"weight_map":[]})", "has no weight_map object"},
      {R"({"weight_map":{}})", "weight_map is empty"},
      {R"({"weight_map":{"a":3}})", "weight_map of 'a' is not a file name"},
      {R"({"weight_map":{"a":"../m.safetensors"}})", "names '../m.safetensors', expected a plain file name"},
      {R"({"weight_map":{"a":"c:m.safetensors"}})", "expected a plain file name"},
      {R"({"weight_map":{"a":".."}})", "expected a plain file name"},
      {R"({"weight_map":{"a":""}})", "expected a plain file name"},
      {R"({"weight_map":{"a":"x","a":"y"}})", "key 'a' stands twice, at bytes 15 and 23"},
      {"{\"weight_map\":", "invalid JSON"},
  };
  for (const auto& [text, message] : rows) {
    Folder folder({});
    folder.index(text);
    const std::string error = folder.error();
    EXPECT_THAT(error, HasSubstr(message));
    EXPECT_THAT(error, HasSubstr(kIndex));
  }
}

TEST(FindWeightFiles, TellsWhatTheFolderIsInstead) {
  EXPECT_THAT(Folder({}).error(), HasSubstr("has no weights"));
  EXPECT_THAT(Folder({"a.pt", "b.bin"}).error(),
              HasSubstr("has PyTorch files, but none is pytorch_model.bin"));
  EXPECT_THAT(Folder({"pytorch_model-00001-of-00002.bin"}).error(),
              HasSubstr("has numbered shards but no pytorch_model.bin.index.json"));
  EXPECT_THAT(Folder({"m-q4.gguf", "config.json"}).error(),
              HasSubstr("has GGUF weights only; pass the file itself: "));
  EXPECT_THAT(Folder({"adapter_config.json", "adapter_model.safetensors"}).error(),
              HasSubstr("is an adapter (LoRA)"));
  EXPECT_THAT(Folder({"model-00001-of-00002.safetensors"}).error(),
              HasSubstr("has numbered shards but no model.safetensors.index.json"));
  EXPECT_THAT(Folder({"snapshots/abc/model.safetensors", "refs/main"}).error(),
              HasSubstr("one of the folders in its snapshots/"));
}

}  // namespace
}  // namespace tsugi::merge
