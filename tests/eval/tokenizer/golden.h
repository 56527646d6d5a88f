// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Tokenizers of the golden files, written out as model folders.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "eval/tokenizer/tokenizer.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::tests {

inline nlohmann::json read_golden(std::string_view name) {
  return nlohmann::json::parse(
      read_text(std::filesystem::path(TSUGI_ROOT) / "tests/golden/tokenizer" / name));
}

/// A tokenizer from the text of its two files; an empty config is not written.
inline eval::Tokenizer load_tokenizer(const nlohmann::json& file, const nlohmann::json& config = nullptr) {
  const TemporaryFolder folder;
  folder.write("tokenizer.json", file.dump());
  if (!config.is_null()) folder.write("tokenizer_config.json", config.dump());
  return eval::Tokenizer::load(folder.path());
}

/// A BPE over a, b and c with the merge of "a" and "b", and tokens <s> and </s>.
inline nlohmann::json small_tokenizer() {
  return nlohmann::json::parse(R"({"version": "1.0", "added_tokens": [
      {"id": 4, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
      {"id": 5, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
    "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": null,
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "ab": 3}, "merges": [["a", "b"]]}})");
}

}  // namespace tsugi::tests
