// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/companions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace tsugi::merge {
namespace {

TEST(FindCompanions, TakesWhatGoesAlongAndNothingElse) {
  const tests::TemporaryFolder folder;
  const std::vector<std::string> along{"1_Pooling/config.json",
                                       "LICENSE",
                                       "LICENSE.txt",
                                       "USE_POLICY.md",
                                       "added_tokens.json",
                                       "additional_chat_templates/tool.jinja",
                                       "chat_template.jinja",
                                       "generation_config.json",
                                       "image_processor_config.json",
                                       "merges.txt",
                                       "preprocessor_config.json",
                                       "special_tokens_map.json",
                                       "spiece.model",
                                       "tekken.json",
                                       "tokenizer.json",
                                       "tokenizer.model",
                                       "tokenizer_config.json",
                                       "vocab.json"};
  for (const std::string& name : along) folder.write(name, "x");
  for (const char* never :
       {"README.md", "config.json", "model.safetensors", "model.safetensors.index.json", "modeling_x.py",
        "optimizer.pt", "training_args.bin", "tf_model.h5", "flax_model.msgpack", "model.onnx", "m.gguf",
        "events.out.tfevents", "trainer_state.json", ".gitattributes", "onnx/model.onnx", "pytorch_model.bin",
        "adapter_model.safetensors"}) {
    folder.write(never, "x");
  }
  std::filesystem::create_directory(folder / "LICENSES");
  std::vector<std::string> found;
  for (const Companion& companion : find_companions(folder.path())) {
    found.push_back(companion.name);
    EXPECT_EQ(companion.content(), "x");
    EXPECT_EQ(companion.size(), 1U);
  }
  EXPECT_EQ(found, along);
}

}  // namespace
}  // namespace tsugi::merge
