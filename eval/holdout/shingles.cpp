// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/holdout/shingles.h"

#include <algorithm>

#include "eval/tokenizer/unicode.h"

namespace tsugi::eval {

std::vector<std::string_view> shingles_of(std::string_view text) {
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at < text.size(); at += unicode::code_point_at(text, at).length)
    starts.push_back(at);
  if (starts.empty()) return {};
  starts.push_back(text.size());
  std::vector<std::string_view> shingles;
  const std::size_t count = starts.size() > kShingle ? starts.size() - kShingle : 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = starts[std::min(i + kShingle, starts.size() - 1)];
    shingles.push_back(text.substr(starts[i], end - starts[i]));
  }
  std::sort(shingles.begin(), shingles.end());
  shingles.erase(std::unique(shingles.begin(), shingles.end()), shingles.end());
  return shingles;
}

}  // namespace tsugi::eval
