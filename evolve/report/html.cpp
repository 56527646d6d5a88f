// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/html.h"

#include <fmt/format.h>

#include <cstdint>

#include "eval/tokenizer/unicode.h"
#include "merge/sha256.h"

namespace tsugi::evolve::html {
namespace {

namespace unicode = eval::unicode;

// A control character's stand-in, or the character itself.
char32_t shown(char32_t c) {
  constexpr char32_t kPictures = 0x2400;
  constexpr char32_t kDelete = 0x7F;
  constexpr char32_t kPictureOfDelete = 0x2421;
  constexpr char32_t kLastOfC1 = 0x9F;
  constexpr char32_t kReplacement = 0xFFFD;
  if (c == U'\n' || c == U'\t') return c;
  if (c < 0x20) return kPictures + c;
  if (c == kDelete) return kPictureOfDelete;
  if (c > kDelete && c <= kLastOfC1) return kReplacement;
  return c;
}

std::uint8_t hex_digit(char c) {
  return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k)
      three = three << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k <= bytes.size() ? kDigits[three >> (18 - 6 * k) & 63U] : '=';
  }
  return text;
}

}  // namespace

std::string visible(std::string_view bytes) {
  const std::string text = unicode::replace_invalid_utf8(bytes);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const unicode::CodePoint point = unicode::code_point_at(text, at);
    unicode::append_utf8(out, shown(point.value));
    at += point.length;
  }
  return out;
}

std::string escaped(std::string_view bytes) {
  std::string out;
  for (const char c : visible(bytes)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string clipped(std::string text, std::size_t most, Keep keep) {
  if (text.size() <= most) return text;
  std::size_t points = 0;
  if (keep == Keep::begin) {
    std::size_t at = 0;
    for (; at < text.size() && points < most; ++points) at += unicode::code_point_at(text, at).length;
    return at < text.size() ? text.substr(0, at) + "…" : text;
  }
  std::size_t at = text.size();
  for (; at > 0 && points < most; ++points) at -= unicode::code_point_before(text, at).length;
  return at > 0 ? "…" + text.substr(at) : text;
}

std::string markup(const Table& table) {
  std::string out =
      fmt::format("<div class=\"scroll\" tabindex=\"0\"><table class=\"{}\">\n", table.css_class);
  if (!table.caption.empty()) out += fmt::format("<caption>{}</caption>\n", escaped(table.caption));
  out += "<thead><tr>";
  for (const std::string& cell : table.head) out += fmt::format("<th scope=\"col\">{}</th>", cell);
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      out += i == 0 ? fmt::format("<th scope=\"row\">{}</th>", row[i]) : fmt::format("<td>{}</td>", row[i]);
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string script_json(const nlohmann::ordered_json& value) {
  const std::string text = value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {  // outside strings JSON has none of the three
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string script_hash(std::string_view script) {
  const std::string hex = merge::sha256_hex(script);
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(hex_digit(hex[i]) << 4 | hex_digit(hex[i + 1]));
  return "sha256-" + base64(bytes);
}

}  // namespace tsugi::evolve::html
