// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tokenizer.json and tokenizer_config.json out of a GGUF file's metadata: the inverse of
// tokenizer_metadata.h.
#pragma once

#include <string>
#include <vector>

#include "merge/checkpoint/companions.h"
#include "merge/gguf/parse.h"

namespace tsugi::merge::gguf {

/// Made texts, sorted by name. None, with a sentence in `notes`, for a kind or a split that cannot be told
/// exactly. Throws InputError where lists do not belong together.
std::vector<Companion> tokenizer_companions(const Header& header, std::vector<std::string>& notes);

}  // namespace tsugi::merge::gguf
