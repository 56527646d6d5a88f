// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Several merges in one file. Every value is worked out by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "merge/checkpoint/checkpoint.h"
#include "tests/support/run_program.h"
#include "tests/support/tiny_model.h"

namespace tsugi::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kGraph = R"(name: left
merge_method: linear
models:
  - {model: a, parameters: {weight: 1}}
  - {model: b, parameters: {weight: 3}}
---
name: right
merge_method: passthrough
models: [{model: left}]
parameters: {scale: 2}
---
merge_method: linear
models:
  - {model: left, parameters: {weight: 1}}
  - {model: right, parameters: {weight: 1}}
)";

class MergeSteps : public testing::Test {
 protected:
  MergeSteps() {
    TinyModel::llama(2, 2).write(folder_ / "a");
    TinyModel::llama(2, 4).write(folder_ / "b");
    folder_.write("r.yaml", kGraph);
  }

  Finished merge(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"merge", "r.yaml", "out"};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words, folder_.path());
  }

  float value(const std::string& model) const {
    const auto checkpoint = merge::Checkpoint::open(folder_ / model);
    const merge::TensorView* tensor = checkpoint->find("model.layers.1.mlp.up_proj.weight");
    float value = 0;
    merge::to_f32(tensor->dtype, tensor->bytes.first(sizeof(float)), std::span(&value, 1));
    return value;
  }

  std::vector<std::string> entries() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.path())) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  TemporaryFolder folder_;
};

TEST_F(MergeSteps, LaterDocumentsUseEarlierResults) {
  const Finished run = merge();
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("merge 1 of 3: left\n"));
  const float left = (1 * 2 + 3 * 4) / 4.0F;
  EXPECT_EQ(value("out"), (left + 2 * left) / 2);
  EXPECT_THAT(entries(), testing::ElementsAre("a", "b", "out", "r.yaml"))
      << "intermediate results are removed";
  EXPECT_EQ(read_text(folder_ / "out/mergekit_config.yml"), kGraph);
  EXPECT_THAT(read_text(folder_ / "out/README.md"), testing::Not(HasSubstr("tsugi-steps")));
}

TEST_F(MergeSteps, IntermediateResultsCanBeKept) {
  for (int i = 0; i < 2; ++i) {  // and are merged anew the next time
    const Finished run = merge({"-I", "kept", "--overwrite"});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(value("kept/left"), 3.5F);
    EXPECT_EQ(value("kept/right"), 7);
    EXPECT_EQ(value("out"), 5.25F);
  }
}

TEST_F(MergeSteps, ErrorsComeBeforeTheFirstMerge) {
  folder_.write("r.yaml", std::string(kGraph) + "tokeniser_source: base\n");
  EXPECT_THAT(merge().err, StartsWith("tsugi: r.yaml:16:1: unknown key 'tokeniser_source'"));
  std::string text = kGraph;
  text.replace(text.rfind("linear"), 6, "lineal");
  folder_.write("r.yaml", text);
  const Finished run = merge({"--quiet"});
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(run.err, "tsugi: r.yaml:12:15: unknown merge method 'lineal'; did you mean 'linear'?\n");
  folder_.write("r.yaml", kGraph);
  folder_.write("out/x", "");
  EXPECT_THAT(merge({"--quiet"}).err, HasSubstr("exists and is not empty"));
  EXPECT_THAT(entries(), testing::ElementsAre("a", "b", "out", "r.yaml"));
}

TEST_F(MergeSteps, AFailureLeavesNothing) {
  TinyModel::llama(3, 1).write(folder_ / "c");
  folder_.write("r.yaml", std::string(kGraph) + "  - {model: c, parameters: {weight: 1}}\n");
  const Finished run = merge({"--quiet"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("r.yaml:16:"));
  EXPECT_THAT(entries(), testing::ElementsAre("a", "b", "c", "r.yaml"));
}

TEST_F(MergeSteps, AResultThatNothingUses) {
  folder_.write("r.yaml",
                "name: lost\nmerge_method: passthrough\nmodels: [{model: b}]\n---\n"
                "merge_method: passthrough\nmodels: [{model: a}]\n");
  EXPECT_EQ(
      merge({"--quiet"}).err,
      "tsugi: r.yaml:1:7: nothing uses the result of 'lost'; remove the document, or keep its result with "
      "--intermediate-dir\n");
  EXPECT_EQ(merge({"--quiet", "--intermediate-dir", "kept"}).code, 0);
  EXPECT_EQ(value("kept/lost"), 4);
  EXPECT_EQ(value("out"), 2);
}

}  // namespace
}  // namespace tsugi::tests
