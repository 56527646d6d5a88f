// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The regular expressions met in tokenizer.json files, scanned by hand: the same pieces as the original's
// engine on Unicode 16 tables, at many times its speed.
#pragma once

#include <cstddef>
#include <string_view>

namespace tsugi::eval::tokenization {

/// End of the piece that begins at `begin` < text.size(). Pieces cover a text without gaps; each takes time
/// in proportion to its length, except that a run of white space may be looked at twice.
using Scanner = std::size_t (*)(std::string_view text, std::size_t begin);

/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::size_t scan_gpt2(std::string_view text, std::size_t begin);

/// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|
/// ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t scan_llama3(std::string_view text, std::size_t begin);

/// Llama 3's with numbers one at a time (\p{N} in place of \p{N}{1,3}).
std::size_t scan_qwen2(std::string_view text, std::size_t begin);

/// The scanner for a regular expression, by its exact text; null when there is none.
Scanner find_scanner(std::string_view regex);

}  // namespace tsugi::eval::tokenization
