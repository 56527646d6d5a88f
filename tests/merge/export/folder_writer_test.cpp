// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/folder_writer.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "merge/checkpoint/checkpoint.h"
#include "merge/checkpoint/safetensors.h"
#include "merge/parallel.h"
#include "recipes/error.h"
#include "tests/support/raw_safetensors.h"
#include "tests/support/stored.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using tests::read_text;
using tests::TemporaryFolder;

const fs::path kBase = TSUGI_ROOT "/recipes/pocket/base";

/// A plan that copies `checkpoint`, made by hand.
MergePlan copy_of(const std::shared_ptr<const Checkpoint>& checkpoint) {
  MergePlan plan{.tensors = {},
                 .config = checkpoint->config(),
                 .donor = checkpoint,
                 .companions = checkpoint->companions(),
                 .inputs = {checkpoint},
                 .notes = {}};
  for (const TensorView& tensor : checkpoint->tensors()) {
    PlannedTensor& planned = plan.tensors.emplace_back();
    planned.output = {plan.tensors.size() - 1, tensor.name, tensor.shape, tensor.dtype, 0};
    planned.models = {&tensor};
  }
  return plan;
}

/// Writes all tensors in blocks of up to three rows, or every other one at once.
void write_all(const MergePlan& plan, FolderWriter& writer) {
  for (const PlannedTensor& planned : plan.tensors) {
    const OutputTensor& tensor = planned.output;
    ASSERT_TRUE(writer.wants(tensor));
    if (tensor.index % 2 == 1) {
      writer.write_bytes(tensor, planned.models[0]->bytes);
    } else {
      const std::span<const std::byte> all = planned.models[0]->bytes;
      const std::size_t row = tensor.row_length() * bytes(tensor.dtype);
      const std::size_t blocks = (tensor.rows() + 2) / 3;
      parallel_for(blocks, [&](std::size_t block) {
        const std::size_t rows = std::min<std::size_t>(3, tensor.rows() - 3 * block);
        EXPECT_EQ(writer.write(tensor, 3 * block, all.subspan(3 * block * row, rows * row)), 0U);
      });
    }
    writer.done(tensor);
  }
}

void copy_to(const MergePlan& plan, const fs::path& out, const FolderOptions& options = {}) {
  FolderWriter writer(plan, out, options);
  write_all(plan, writer);
  writer.commit();
}

std::vector<std::string> files_of(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// transformers saved the bundled models with the reference library.
TEST(FolderWriter, ReproducesTheBundledModelByteForByte) {
  const TemporaryFolder folder;
  const auto base = Checkpoint::open(kBase);
  const std::string recipe = "# my recipe\nmodels: []\n";
  copy_to(copy_of(base), folder / "out", {.recipe = recipe});
  EXPECT_EQ(read_text(folder / "out/model.safetensors"), read_text(kBase / "model.safetensors"));
  EXPECT_EQ(read_text(folder / "out/config.json"), read_text(kBase / "config.json"));
  for (const char* companion : {"tokenizer.json", "tokenizer_config.json", "generation_config.json"}) {
    EXPECT_EQ(read_text(folder / "out" / companion), read_text(kBase / companion)) << companion;
  }
  EXPECT_EQ(read_text(folder / "out/mergekit_config.yml"), recipe);
  EXPECT_THAT(read_text(folder / "out/README.md"), HasSubstr("# out\n"));
  EXPECT_THAT(files_of(folder / "out"),
              testing::ElementsAre("README.md", "config.json", "generation_config.json", "manifest.json",
                                   "mergekit_config.yml", "model.safetensors", "tokenizer.json",
                                   "tokenizer_config.json"));
  EXPECT_THAT(files_of(folder.path()), testing::ElementsAre("out"));
}

TEST(FolderWriter, ShardsReadBackEqual) {
  const TemporaryFolder folder;
  const auto base = Checkpoint::open(kBase);
  copy_to(copy_of(base), folder / "out", {.shard_size = 500'000});
  const auto back = Checkpoint::open(folder / "out");
  EXPECT_TRUE(back->notes().empty()) << back->notes().front();
  ASSERT_EQ(back->tensors().size(), base->tensors().size());
  for (std::size_t i = 0; i < base->tensors().size(); ++i) {
    const TensorView& expected = base->tensors()[i];
    const TensorView& found = back->tensors()[i];
    ASSERT_EQ(found.name, expected.name);
    EXPECT_EQ(found.shape, expected.shape);
    EXPECT_TRUE(
        std::equal(expected.bytes.begin(), expected.bytes.end(), found.bytes.begin(), found.bytes.end()));
  }
  // 3,346,688 bytes of tensors take seven times half a million at least, and no shard of several holds more.
  for (int number = 1; number <= 7; ++number) {
    const MappedFile shard(folder / fmt::format("out/model-{:05}-of-00007.safetensors", number));
    std::size_t total = 0;
    for (const TensorView& tensor : parse_safetensors(shard.bytes(), "shard")) total += tensor.bytes.size();
    EXPECT_LE(total, 500'000U);
  }
  EXPECT_FALSE(fs::exists(folder / "out/mergekit_config.yml"));
}

TEST(FolderWriter, UnfinishedOutputIsNotThere) {
  const TemporaryFolder folder;
  const MergePlan plan = copy_of(Checkpoint::open(kBase));
  {
    FolderWriter writer(plan, folder / "out");
    write_all(plan, writer);
    EXPECT_THAT(files_of(folder.path()), testing::ElementsAre(".out.tsugi-partial"));
    EXPECT_FALSE(fs::exists(folder / ".out.tsugi-partial/config.json"));
    EXPECT_EQ(fs::file_size(folder / ".out.tsugi-partial/model.safetensors"),
              fs::file_size(kBase / "model.safetensors"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(FolderWriter, RefusesToCommitWhatIsIncomplete) {
  const TemporaryFolder folder;
  const MergePlan plan = copy_of(Checkpoint::open(kBase));
  {
    FolderWriter writer(plan, folder / "out");
    writer.write(plan.tensors[0].output, 0, std::vector<std::byte>(256));
    EXPECT_THAT(tests::message_of<Error>([&] { writer.commit(); }),
                HasSubstr("tensor model.embed_tokens.weight: 256 of 196608 bytes were written"));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(FolderWriter, OverwritesInOneStepAndOnlyWhenTold) {
  const TemporaryFolder folder;
  const MergePlan plan = copy_of(Checkpoint::open(kBase));
  folder.write("out/config.json", "{}");
  folder.write("out/pytorch_model.bin", "old");
  EXPECT_THAT(tests::message_of<InputError>([&] { copy_to(plan, folder / "out"); }),
              HasSubstr("--overwrite"));
  EXPECT_EQ(read_text(folder / "out/config.json"), "{}");
  copy_to(plan, folder / "out", {.overwrite = true});
  EXPECT_FALSE(fs::exists(folder / "out/pytorch_model.bin"));
  EXPECT_EQ(Checkpoint::open(folder / "out")->tensors().size(), plan.tensors.size());
  EXPECT_THAT(files_of(folder.path()), testing::ElementsAre("out"));
}

TEST(FolderWriter, RefusesAnInputAsOutput) {
  const MergePlan plan = copy_of(Checkpoint::open(kBase));
  EXPECT_THROW(FolderWriter(plan, kBase, {.overwrite = true}), InputError);
  EXPECT_THROW(FolderWriter(plan, kBase / "out", {.overwrite = true}), InputError);
}

// One tensor of every type of float, two rows; integers go through write_bytes.
TEST(FolderWriter, LaysOutEveryType) {
  const TemporaryFolder folder;
  const auto donor = Checkpoint::open(tests::write_model(folder, "m"));
  MergePlan plan{.tensors = {},
                 .config = donor->config(),
                 .donor = donor,
                 .companions = donor->companions(),
                 .inputs = {donor},
                 .notes = {}};
  const std::vector<DType> types{DType::F64, DType::F32, DType::F16, DType::BF16};
  for (std::size_t i = 0; i < types.size(); ++i) {
    plan.tensors.emplace_back().output = {i, "t" + std::to_string(i), {2, 3}, types[i], 0};
  }
  plan.tensors.emplace_back().output = {4, "count", {}, DType::I64, 0};
  const std::vector<float> row{1.0F, 70000.0F, 1.00390625F};  // 1 + 2^-8: halfway between two BF16 values
  FolderWriter writer(plan, folder / "out");
  for (std::size_t i = 0; i < types.size(); ++i) {
    const std::vector<std::byte> stored = tests::stored_as(types[i], row);
    EXPECT_EQ(writer.write(plan.tensors[i].output, 1, stored), 0U);
    EXPECT_EQ(writer.write(plan.tensors[i].output, 0, stored), 0U);
  }
  const std::int64_t count = 77;
  writer.write_bytes(plan.tensors[4].output, std::as_bytes(std::span(&count, 1)));
  EXPECT_THROW(writer.write(plan.tensors[0].output, 2, std::vector<std::byte>(24)), Error);
  EXPECT_THROW(writer.write_bytes(plan.tensors[0].output, {}), Error);
  EXPECT_THROW(writer.wants({9, "t0", {2, 3}, DType::F32, 0}), Error);
  writer.commit();
  const MappedFile file(folder / "out/model.safetensors");
  const auto tensors = parse_safetensors(file.bytes(), "out");
  const auto values = [&](std::size_t place) {
    std::vector<float> out(3);
    to_f32(tensors[place].dtype, tensors[place].bytes.subspan(tensors[place].bytes.size() / 2), out);
    return out;
  };
  // In the file: I64, F64, F32, BF16, F16.
  ASSERT_EQ(tensors.size(), 5U);
  EXPECT_EQ(std::memcmp(tensors[0].bytes.data(), &count, sizeof(count)), 0);
  EXPECT_EQ(values(1), row);
  EXPECT_EQ(values(2), row);
  EXPECT_EQ(values(3), (std::vector<float>{1, 70144, 1}));
  EXPECT_EQ(values(4), (std::vector<float>{1, INFINITY, 1.00390625F}));
}

TEST(FolderWriter, DropsPathsAndQuantisationFromTheConfig) {
  const TemporaryFolder folder;
  const auto donor = Checkpoint::open(tests::write_model(folder, "m"));
  MergePlan plan = copy_of(donor);
  plan.config.set("_name_or_path", "/home/someone/m");
  plan.config.set("quantization_config", nullptr);
  plan.config.set("text_config", {{"_name_or_path", "/home/someone/m"}, {"x", 1e-6}});
  copy_to(plan, folder / "out");
  const auto document = nlohmann::ordered_json::parse(read_text(folder / "out/config.json"));
  EXPECT_FALSE(document.contains("_name_or_path"));
  EXPECT_FALSE(document.contains("quantization_config"));
  EXPECT_EQ(document["text_config"].dump(), R"({"x":1e-06})");
}

TEST(FolderWriter, CopiesCompanionsInFolders) {
  const TemporaryFolder folder;
  const auto model = tests::write_model(folder, "m");
  folder.write("m/additional_chat_templates/tool.jinja", "{{ x }}");
  folder.write("m/LICENSE", "free");
  folder.write("m/modeling_m.py", "import os");
  copy_to(copy_of(Checkpoint::open(model)), folder / "out");
  EXPECT_EQ(read_text(folder / "out/additional_chat_templates/tool.jinja"), "{{ x }}");
  EXPECT_EQ(read_text(folder / "out/LICENSE"), "free");
  EXPECT_FALSE(fs::exists(folder / "out/modeling_m.py"));
}

}  // namespace
}  // namespace tsugi::merge
