// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a user does wrong gets one line with the place and the cure, exit code 2, and leaves nothing behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>

#include "tests/support/run_program.h"

namespace tsugi::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kPocket = fs::path(TSUGI_ROOT) / "recipes" / "pocket";

std::string linear_recipe(const std::string& a, const std::string& b) {
  return "merge_method: linear\nmodels:\n  - model: " + a + "\n    parameters: {weight: 1}\n  - model: " + b +
         "\n    parameters: {weight: 1}\ndtype: bfloat16\n";
}

std::string pocket(const std::string& name) {
  return (kPocket / name).string();
}

class BadInput : public testing::Test {
 protected:
  // A copy of a bundled model whose weights may be broken.
  fs::path copy_model(const std::string& name) {
    fs::copy(kPocket / name, folder_ / name, fs::copy_options::recursive);
    fs::permissions(folder_ / name / "model.safetensors", fs::perms::owner_write, fs::perm_options::add);
    return folder_ / name;
  }

  // Merging fails with code 2 and one line that holds all the texts; no folder appears.
  void expect_refused(const std::vector<std::string>& texts) {
    const Finished run = run_program({"merge", "recipe.yaml", "out", "--quiet"}, folder_.path());
    EXPECT_EQ(run.code, 2) << run.err;
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
    for (const std::string& text : texts) EXPECT_THAT(run.err, HasSubstr(text));
    EXPECT_EQ(run.out, "");
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      EXPECT_THAT(entry.path().filename().string(), testing::Not(HasSubstr("out"))) << "left behind";
    }
  }

  TemporaryFolder folder_;
};

TEST_F(BadInput, TruncatedSafetensors) {
  const fs::path file = copy_model("math") / "model.safetensors";
  fs::resize_file(file, fs::file_size(file) - 1000);
  folder_.write("recipe.yaml", linear_recipe("math", pocket("ja")));
  expect_refused({"model.safetensors", "truncated", "again"});
}

TEST_F(BadInput, OverlappingTensors) {
  const fs::path file = copy_model("math") / "model.safetensors";
  std::string bytes = read_text(file);
  // The second tensor begins where the first does: same digits, so the header keeps its length.
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof(length));
  const std::string header = bytes.substr(8, length);
  const std::size_t first = header.find("\"data_offsets\":[0,");
  ASSERT_NE(first, std::string::npos);
  const std::size_t end_begin = first + std::strlen("\"data_offsets\":[0,");
  const std::string end = header.substr(end_begin, header.find(']', end_begin) - end_begin);
  const std::size_t second = header.find("\"data_offsets\":[" + end + ",");
  ASSERT_NE(second, std::string::npos);
  const std::size_t digit = 8 + second + std::strlen("\"data_offsets\":[") + end.size() - 1;
  bytes[digit] = bytes[digit] == '0' ? '1' : static_cast<char>(bytes[digit] - 1);
  std::ofstream(file, std::ios::binary) << bytes;
  folder_.write("recipe.yaml", linear_recipe("math", pocket("ja")));
  expect_refused({"model.safetensors", "tensor"});
}

TEST_F(BadInput, MissingShard) {
  const fs::path model = copy_model("math");
  fs::rename(model / "model.safetensors", model / "model-00001-of-00002.safetensors");
  folder_.write("math/model.safetensors.index.json",
                R"({"metadata": {}, "weight_map": {"model.norm.weight": "model-00001-of-00002.safetensors",
                    "lm_head.weight": "model-00002-of-00002.safetensors"}})");
  folder_.write("recipe.yaml", linear_recipe("math", pocket("ja")));
  expect_refused({"model-00002-of-00002.safetensors"});
}

TEST_F(BadInput, TypoInARecipeKey) {
  folder_.write("recipe.yaml", "merge_metod: linear\nmodels: []\n");
  expect_refused({"recipe.yaml:1:1", "merge_metod", "did you mean 'merge_method'?"});
}

TEST_F(BadInput, UnknownMethod) {
  folder_.write("recipe.yaml", "merge_method: tis\nbase_model: " + pocket("base") + "\nmodels:\n  - model: " +
                                   pocket("math") + "\n    parameters: {weight: 1}\n");
  expect_refused({"recipe.yaml:1:15", "tis", "did you mean 'ties'?"});
}

TEST_F(BadInput, LayerRangePastTheEnd) {
  folder_.write("recipe.yaml", "merge_method: passthrough\nslices:\n  - sources:\n      - model: " +
                                   pocket("math") + "\n        layer_range: [0, 9]\n");
  expect_refused({"recipe.yaml:5:", "9", "8 layers"});
}

TEST_F(BadInput, ItemFileWithABrokenLine) {
  folder_.write("items.jsonl",
                "{\"question\": \"a\", \"target\": \"1\"}\n{\"question\": \"b\", \"target\"\n");
  folder_.write(
      "task.yaml",
      "task: broken\ndataset_path: json\ndataset_kwargs: {data_files: items.jsonl}\ntest_split: train\n"
      "output_type: generate_until\ndoc_to_text: '{{question}}'\ndoc_to_target: target\n"
      "generation_kwargs: {until: ['x'], do_sample: false}\nmetric_list: [{metric: exact_match}]\n");
  const Finished run = run_program(
      {"eval", pocket("base"), "--tasks", "task.yaml", "--output_path", "out.json"}, folder_.path());
  EXPECT_EQ(run.code, 2) << run.err;
  EXPECT_THAT(run.err, HasSubstr("items.jsonl:2"));
  EXPECT_FALSE(fs::exists(folder_ / "out.json"));
}

TEST_F(BadInput, MissingModelNamesThePlace) {
  folder_.write("recipe.yaml", linear_recipe("nowhere", pocket("ja")));
  expect_refused({"recipe.yaml:3:", "nowhere"});
}

TEST_F(BadInput, UnknownOptionAndCommand) {
  EXPECT_EQ(run_program({"merge", "--frobnicate"}).code, 2);
  EXPECT_EQ(run_program({"frobnicate"}).code, 2);
  EXPECT_EQ(run_program({}).code, 2);
}

}  // namespace
}  // namespace tsugi::tests
