// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The normalization forms of Unicode (UAX 15).
#pragma once

#include <string>
#include <string_view>

namespace tsugi::eval::unicode {

enum class NormalForm { nfc, nfd, nfkc, nfkd };

/// `text` must be UTF-8. By utf8proc; code points that are newer than the tables
/// of Hugging Face's tokenizers stay as and where they are, and nothing moves or composes across them.
std::string normal_form(std::string_view text, NormalForm form);

}  // namespace tsugi::eval::unicode
