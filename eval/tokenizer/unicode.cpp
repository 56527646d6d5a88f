// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tokenizer/unicode.h"

#include "eval/tokenizer/code_point_table.h"

namespace tsugi::eval::unicode {
namespace {

constexpr std::uint32_t kRuns[] = {
#include "eval/tokenizer/unicode_tables.inc"
};
std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

/// The form of a lead byte: how many continuation bytes follow, and the range of the first (Unicode 16, table
/// 3-7).
struct Lead {
  std::size_t continuations;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
};

std::optional<Lead> lead_of(std::uint8_t byte) {
  if (byte < 0x80) return Lead{0};
  if (byte >= 0xC2 && byte <= 0xDF) return Lead{1};
  if (byte == 0xE0) return Lead{2, 0xA0, 0xBF};
  if (byte == 0xED) return Lead{2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return Lead{2};
  if (byte == 0xF0) return Lead{3, 0x90, 0xBF};
  if (byte == 0xF4) return Lead{3, 0x80, 0x8F};
  if (byte >= 0xF1 && byte <= 0xF3) return Lead{3};
  return std::nullopt;
}

}  // namespace

Utf8Part utf8_part(std::string_view text, std::size_t at) {
  const std::optional<Lead> lead = lead_of(byte_at(text, at));
  if (!lead) return {1, false};
  std::uint8_t low = lead->low;
  std::uint8_t high = lead->high;
  for (std::size_t i = 1; i <= lead->continuations; ++i) {
    if (at + i >= text.size() || byte_at(text, at + i) < low || byte_at(text, at + i) > high)
      return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {1 + lead->continuations, true};
}

std::optional<std::size_t> first_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Part part = utf8_part(text, at);
    if (!part.valid) return at;
    at += part.length;
  }
  return std::nullopt;
}

CodePoint code_point_at(std::string_view text, std::size_t at) {
  const std::uint8_t first = byte_at(text, at);
  const auto tail = [&](std::size_t i) { return static_cast<char32_t>(byte_at(text, at + i) & 0x3FU); };
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {(first & 0x1FU) << 6U | tail(1), 2};
  if (first < 0xF0) return {(first & 0x0FU) << 12U | tail(1) << 6U | tail(2), 3};
  return {(first & 0x07U) << 18U | tail(1) << 12U | tail(2) << 6U | tail(3), 4};
}

CodePoint code_point_before(std::string_view text, std::size_t end) {
  std::size_t at = end - 1;
  while (at > 0 && (byte_at(text, at) & 0xC0U) == 0x80U) --at;
  return code_point_at(text, at);
}

void append_utf8(std::string& text, char32_t c) {
  const auto put = [&](char32_t byte) {
    text.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
  };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0U | c >> 6U);
  } else {
    if (c < 0x10000) {
      put(0xE0U | c >> 12U);
    } else {
      put(0xF0U | c >> 18U);
      put(0x80U | (c >> 12U & 0x3FU));
    }
    put(0x80U | (c >> 6U & 0x3FU));
  }
  put(0x80U | (c & 0x3FU));
}

std::string replace_invalid_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const Utf8Part part = utf8_part(bytes, at);
    if (part.valid) {
      text.append(bytes, at, part.length);
    } else {
      text += "\xEF\xBF\xBD";
    }
    at += part.length;
  }
  return text;
}

std::uint8_t classes(char32_t code_point) {
  static const CodePointTable table(kRuns);
  return table.at(code_point);
}

}  // namespace tsugi::eval::unicode
