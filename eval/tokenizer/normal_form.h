// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The normalization forms of Unicode (UAX 15).
#pragma once

#include <string>
#include <string_view>

namespace tsugi::eval::unicode {

enum class NormalForm { nfc, nfd, nfkc, nfkd };

/// `text` must be UTF-8. By utf8proc, whose tables are Unicode 15's.
std::string normal_form(std::string_view text, NormalForm form);

}  // namespace tsugi::eval::unicode
