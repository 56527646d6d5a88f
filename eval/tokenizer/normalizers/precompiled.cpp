// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Precompiled: SentencePiece's table of replacements, a double array of prefixes and the texts they become.
#include <fmt/format.h>
#include <openssl/evp.h>
#include <utf8proc.h>

#include <cstring>
#include <memory>

#include "eval/tokenizer/category.h"
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/unicode.h"

namespace tsugi::eval::tokenization {
namespace {

std::string from_base64(const Field& field) {
  const std::string text = field.text();
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) field.refuse("is no base64", "fetch the file again");
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

class CharsMap {
 public:
  explicit CharsMap(const Field& field) {
    const std::string bytes = from_base64(field);
    std::uint32_t size = 0;
    if (bytes.size() >= sizeof(size)) std::memcpy(&size, bytes.data(), sizeof(size));
    if (bytes.size() < sizeof(size) || size % sizeof(std::uint32_t) != 0 ||
        size > bytes.size() - sizeof(size) || size == 0)
      field.refuse("has a table of impossible size", "fetch the file again");
    units_.resize(size / sizeof(std::uint32_t));
    std::memcpy(units_.data(), bytes.data() + sizeof(size), size);
    texts_ = bytes.substr(sizeof(size) + size);
  }

  std::string normalize(std::string_view text) const {
    std::string result;
    utf8proc_int32_t state = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      unicode::CodePoint here = unicode::code_point_at(text, begin);
      std::size_t end = begin + here.length;
      while (end < text.size()) {  // to the end of the extended grapheme cluster
        const unicode::CodePoint next = unicode::code_point_at(text, end);
        if (utf8proc_grapheme_break_stateful(as_known(here.value), as_known(next.value), &state)) break;
        here = next;
        end += next.length;
      }
      append_cluster(result, text.substr(begin, end - begin));
      begin = end;
    }
    return result;
  }

 private:
  static constexpr std::size_t kLongCluster = 6;  // bytes; longer ones are not looked up whole

  void append_cluster(std::string& result, std::string_view cluster) const {
    if (cluster.size() < kLongCluster) {
      if (const std::optional<std::string_view> whole = find(cluster)) {
        result += *whole;
        return;
      }
    }
    for (std::size_t at = 0; at < cluster.size();) {
      const std::string_view part = cluster.substr(at, unicode::code_point_at(cluster, at).length);
      result += find(part).value_or(part);
      at += part.size();
    }
  }

  // Marks that are newer than utf8proc's tables as one it knows.
  static utf8proc_int32_t as_known(char32_t c) {
    constexpr char32_t kAcute = 0x301;
    return static_cast<utf8proc_int32_t>(unicode::joins_cluster(c) ? kAcute : c);
  }

  // What the shortest prefix of the text that the table has becomes. Darts' double array: a unit holds an
  // offset in bits 10 to 30 (shifted by 8 with bit 9), whether a value follows in bit 8, and a byte.
  std::optional<std::string_view> find(std::string_view text) const {
    std::size_t position = offset(units_[0]);
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte == 0) return std::nullopt;
      position ^= byte;
      if (position >= units_.size()) return std::nullopt;
      const std::uint32_t unit = units_[position];
      if ((unit & (0x80000000U | 0xFFU)) != byte) return std::nullopt;
      position ^= offset(unit);
      if (position >= units_.size()) return std::nullopt;
      if ((unit >> 8U & 1U) != 0) return text_at(units_[position] & 0x7FFFFFFFU);
    }
    return std::nullopt;
  }

  static std::size_t offset(std::uint32_t unit) { return (unit >> 10U) << ((unit & 0x200U) >> 6U); }

  std::optional<std::string_view> text_at(std::size_t begin) const {
    if (begin > texts_.size()) return std::nullopt;
    const std::size_t end = std::min(texts_.find('\0', begin), texts_.size());
    return std::string_view(texts_).substr(begin, end - begin);
  }

  std::vector<std::uint32_t> units_;
  std::string texts_;
};

}  // namespace

Normalizer precompiled_normalizer(const Field& field) {
  const std::optional<Field> map = field.find("precompiled_charsmap");
  if (!map || map->text().empty()) return [](std::string_view text) { return std::string(text); };
  return [table = std::make_shared<const CharsMap>(*map)](std::string_view text) {
    return table->normalize(text);
  };
}

}  // namespace tsugi::eval::tokenization
