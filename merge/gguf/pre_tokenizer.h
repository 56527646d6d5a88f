// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tokenizer.json's pre_tokenizer under the names that llama.cpp knows such splits by (tokenizer.ggml.pre).
// Source: llama.cpp's llama-vocab.cpp.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tsugi::merge::gguf {

/// How llama.cpp calls the split of a byte-level tokenizer: "gpt-2", "llama-bpe", …; nothing when it is none
/// of those known here. Looks at components and patterns, so that a grown vocabulary does not matter.
std::optional<std::string> pre_name(const nlohmann::ordered_json& pre_tokenizer);

/// The inverse: the pre_tokenizer that splits as llama.cpp does under a name; null for a name not known here.
nlohmann::ordered_json pre_tokenizer_of(std::string_view pre_name);

/// Whether the byte alphabet is used anywhere inside.
bool is_byte_level(const nlohmann::ordered_json& component);

}  // namespace tsugi::merge::gguf
