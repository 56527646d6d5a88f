// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Command lines that mergekit's users have in their scripts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/run_program.h"
#include "tests/support/tiny_model.h"

namespace tsugi::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

class MergekitFlags : public testing::Test {
 protected:
  MergekitFlags() {
    TinyModel::llama(2, 2).write(folder_ / "a");
    folder_.write("recipe.yaml", "merge_method: passthrough\nmodels: [{model: a}]\n");
  }

  Finished merge(std::vector<std::string> more) {
    std::vector<std::string> words{"merge", "recipe.yaml", "out"};
    words.insert(words.end(), more.begin(), more.end());
    Finished run = run_program(words, folder_.path());
    std::filesystem::remove_all(folder_ / "out");
    return run;
  }

  TemporaryFolder folder_;
};

// The switches as `mergekit-yaml --help` of mergekit 0.1.5 lists them.
TEST_F(MergekitFlags, EachIsAcceptedAndAnsweredInOneLine) {
  for (const char* flag : {"--allow-crimes",
                           "--no-allow-crimes",
                           "--async-write",
                           "--clone-tensors",
                           "--copy-tokenizer",
                           "--no-copy-tokenizer",
                           "--cuda",
                           "--no-cuda",
                           "--gpu-rich",
                           "--lazy-unpickle",
                           "--low-cpu-memory",
                           "--multi-gpu",
                           "--read-to-gpu",
                           "--safe-serialization",
                           "--trust-remote-code",
                           "--no-trust-remote-code",
                           "--verbose",
                           "-v",
                           "--write-model-card",
                           "--no-write-model-card"}) {
    const Finished run = merge({flag});
    EXPECT_EQ(run.code, 0) << run.err;
    const std::string name = flag == std::string("-v") ? "--verbose" : flag;
    EXPECT_THAT(run.err, HasSubstr(name + " has no effect: ")) << flag;
  }
  for (const char* flag :
       {"--device", "--lora-merge-cache", "--lora-merge-dtype", "--transformers-cache", "--write-threads"}) {
    const Finished run = merge({flag, "x"});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_THAT(run.err, HasSubstr(std::string(flag) + " has no effect: "));
  }
}

TEST_F(MergekitFlags, ThoseThatMeanSomethingDoIt) {
  const Finished run = merge({"--random-seed", "7", "--num-threads", "1", "--out-shard-size", "1M"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, Not(HasSubstr("no effect")));
  EXPECT_EQ(run.most_threads, 1);
  EXPECT_EQ(merge({"--num-threads", "0"}).code, 2);
}

TEST_F(MergekitFlags, TheSeedIsRecorded) {
  ASSERT_EQ(run_program({"merge", "recipe.yaml", "out", "--random-seed", "7"}, folder_.path()).code, 0);
  EXPECT_EQ(nlohmann::json::parse(read_text(folder_ / "out/manifest.json"))["seed"], 7);
}

TEST_F(MergekitFlags, QuietSaysNothingOfThem) {
  EXPECT_EQ(merge({"--cuda", "--quiet"}).err, "");
}

TEST_F(MergekitFlags, HelpDoesNotListThem) {
  const Finished help = run_program({"merge", "--help"});
  EXPECT_THAT(help.out, Not(HasSubstr("--cuda")));
  EXPECT_THAT(help.out, HasSubstr("mergekit's command-line switches are accepted"));
}

TEST_F(MergekitFlags, LenientListsUnknownKeysAndGoesOn) {
  folder_.write("recipe.yaml", "merge_method: passthrough\nmodels: [{model: a}]\ndype: float16\n");
  const Finished strict = merge({});
  EXPECT_EQ(strict.code, 2);
  EXPECT_EQ(strict.err, "tsugi: recipe.yaml:3:1: unknown key 'dype'; did you mean 'dtype'?\n");
  const Finished lenient = merge({"--lenient"});
  EXPECT_EQ(lenient.code, 0);
  EXPECT_THAT(lenient.err,
              HasSubstr("note: recipe.yaml:3:1: unknown key 'dype'; did you mean 'dtype'? (ignored)\n"));
}

}  // namespace
}  // namespace tsugi::tests
