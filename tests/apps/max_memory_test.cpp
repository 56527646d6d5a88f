// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi merge --max-memory: the private memory of the process, looked at while it works. Mapped files are not
// private: the system takes them back when it needs to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/run_program.h"

namespace tsugi::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::uint64_t kMega = 1'000'000;

// A model of one F32 tensor of zeros; the file has holes for data.
void write_sparse(const fs::path& folder, const std::string& tensor,
                  const std::vector<std::uint64_t>& shape) {
  fs::create_directories(folder);
  std::ofstream(folder / "config.json")
      << R"({"architectures": ["LlamaForCausalLM"], "num_hidden_layers": 0, "tie_word_embeddings": true})";
  std::uint64_t size = 4;
  for (const std::uint64_t axis : shape) size *= axis;
  const nlohmann::ordered_json header = {
      {tensor, {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {0, size}}}}};
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::ofstream file(folder / "model.safetensors", std::ios::binary);
  file.write(reinterpret_cast<const char*>(&length), sizeof(length));
  file << text;
  file.close();
  fs::resize_file(folder / "model.safetensors", 8 + length + size);
}

class MaxMemory : public testing::Test {
 protected:
  void models(const std::string& tensor, const std::vector<std::uint64_t>& shape) {
    for (const char* name : {"base", "a", "b"}) write_sparse(folder_ / name, tensor, shape);
  }

  Finished merge(const std::string& method, const std::string& limit, const std::string& out) {
    const std::string more = method == "linear" ? "" : "base_model: base\nparameters: {density: 0.5}\n";
    folder_.write("recipe.yaml", "merge_method: " + method + "\n" + more +
                                     "models:\n  - model: a\n    parameters: {weight: 1}\n  - model: b\n    "
                                     "parameters: {weight: 1}\n");
    return run_program({"merge", "recipe.yaml", out, "--max-memory", limit, "--threads", "2", "--quiet"},
                       folder_.path());
  }

  TemporaryFolder folder_;
};

// 64 MiB of embedding in each input and in the output.
TEST_F(MaxMemory, BigEmbeddingsStayOnDisk) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer's own memory is private too";
#endif
  models("model.embed_tokens.weight", {16384, 1024});
  for (const char* method : {"linear", "ties"}) {
    const Finished run = merge(method, "50M", method);
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_LT(run.most_private, 50 * kMega) << method;
    EXPECT_GT(run.most_private, 1 * kMega) << method;
    EXPECT_GT(fs::file_size(folder_ / method / "model.safetensors"), 64 * kMega);
  }
}

TEST_F(MaxMemory, TooLittleHasACure) {
  models("extra.weight", {1'500'000});
  const Finished refused = merge("ties", "30M", "out");
  EXPECT_EQ(refused.code, 2);
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  EXPECT_THAT(refused.err, HasSubstr("--max-memory: 30 MB are too little for tensor 'extra.weight'"));
  const std::string asked = refused.err.substr(refused.err.find("at least ") + 9);
  // Two megabytes more: what the process has before it begins differs by pages from run to run.
  const std::uint64_t least = std::stoull(asked) + 2;
  const Finished tight = merge("ties", std::to_string(least) + "M", "tight");
  ASSERT_EQ(tight.code, 0) << tight.err;
  EXPECT_LT(tight.most_private, least * kMega);
  EXPECT_EQ(tight.most_threads, 1);
  const Finished roomy = merge("ties", "2G", "roomy");
  ASSERT_EQ(roomy.code, 0) << roomy.err;
  for (const char* file : {"model.safetensors", "config.json"})
    EXPECT_TRUE(read_text(folder_ / "tight" / file) == read_text(folder_ / "roomy" / file)) << file;
}

}  // namespace
}  // namespace tsugi::tests
