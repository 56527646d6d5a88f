// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/yaml_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace tsugi::recipes {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Without a leading '+' and without underscores between digits; nothing when an underscore stands elsewhere.
std::optional<std::string> bare_digits(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (text.empty() || text.front() == '-') return std::nullopt;
  }
  std::string bare;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      bare += text[i];
    } else if (i == 0 || i + 1 == text.size() || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) {
      return std::nullopt;
    }
  }
  return bare;
}

/// "010" is eight in YAML 1.1 and ten elsewhere.
bool is_octal(std::string_view bare) {
  if (!bare.empty() && bare.front() == '-') bare.remove_prefix(1);
  return bare.size() > 1 && bare[0] == '0' && std::all_of(bare.begin(), bare.end(), is_digit);
}

template <typename T>
std::optional<T> whole_text_as(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

/// Digits, or a number that happens to be whole ("1e1"); doubles are exact to 2^53.
template <typename T>
std::optional<T> whole_number_in(std::string_view text) {
  const auto bare = bare_digits(text);
  if (!bare || is_octal(*bare)) return std::nullopt;
  if (const auto value = whole_text_as<T>(*bare)) return value;
  const auto number = number_in(text);
  const double limit = std::ldexp(1.0, 53);
  if (!number || *number != std::trunc(*number) || std::abs(*number) > limit) return std::nullopt;
  if (*number < 0 && !std::is_signed_v<T>) return std::nullopt;
  return static_cast<T>(*number);
}

}  // namespace

std::optional<double> number_in(std::string_view text) {
  const auto bare = bare_digits(text);
  if (!bare || is_octal(*bare)) return std::nullopt;
  // from_chars also reads "inf" and "nan"; a number holds only these characters.
  if (bare->find_first_not_of("0123456789+-.eE") != std::string::npos) return std::nullopt;
  return whole_text_as<double>(*bare);
}

std::optional<bool> boolean_in(std::string_view text) {
  constexpr std::array<std::string_view, 6> kTrue{"true", "yes", "on", "t", "y", "1"};
  constexpr std::array<std::string_view, 6> kFalse{"false", "no", "off", "f", "n", "0"};
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (std::find(kTrue.begin(), kTrue.end(), lower) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), lower) != kFalse.end()) return false;
  return std::nullopt;
}

std::string YamlValue::seen() const {
  if (is_null()) return "empty";
  if (is_list()) return node_.size() == 0 ? "an empty list" : "a list";
  if (is_mapping()) return "a mapping";
  constexpr std::size_t kShown = 60;  // a line of a terminal holds place and cure as well
  const std::string& text = node_.Scalar();
  if (text.size() <= kShown) return fmt::format("'{}'", text);
  std::size_t end = kShown;  // not inside a UTF-8 sequence
  while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return fmt::format("'{}…'", text.substr(0, end));
}

void YamlValue::refuse(std::string_view what, std::string_view expected, std::string_view cure) const {
  throw InputError(mark_, fmt::format("{} is {}, expected {}", what, seen(), expected), cure);
}

std::string YamlValue::text(std::string_view what) const {
  if (!is_scalar() || node_.Scalar().empty())
    refuse(what, "text", "write a word, in quotes if it has special characters");
  return node_.Scalar();
}

double YamlValue::number(std::string_view what) const {
  const auto value = is_scalar() ? number_in(node_.Scalar()) : std::nullopt;
  if (!value) refuse(what, "a number", "write it in decimal, for example 0.5");
  return *value;
}

bool YamlValue::boolean(std::string_view what) const {
  const auto value = is_scalar() ? boolean_in(node_.Scalar()) : std::nullopt;
  if (!value) refuse(what, "true or false", "write true or false");
  return *value;
}

std::int64_t YamlValue::integer(std::string_view what, std::int64_t low, std::int64_t high) const {
  const auto value = is_scalar() ? whole_number_in<std::int64_t>(node_.Scalar()) : std::nullopt;
  if (!value) refuse(what, "a whole number", "write it in decimal digits");
  if (*value < low) refuse(what, fmt::format("at least {}", low), "raise it");
  if (*value > high) refuse(what, fmt::format("at most {}", high), "lower it");
  return *value;
}

std::uint64_t YamlValue::seed(std::string_view what) const {
  const auto value = is_scalar() ? whole_number_in<std::uint64_t>(node_.Scalar()) : std::nullopt;
  if (!value) refuse(what, "a whole number from 0 to 2^64 - 1", "write it in decimal digits");
  return *value;
}

std::vector<YamlValue> YamlValue::list(std::string_view what) const {
  if (!is_list()) refuse(what, "a list", "write [a, b] or one '- entry' a line");
  std::vector<YamlValue> items;
  for (const auto& item : node_) items.emplace_back(item, file_, mark_);
  return items;
}

YamlMapping::YamlMapping(const YamlValue& value, std::string_view what) : what_(what), mark_(value.mark()) {
  if (!value.is_mapping()) value.refuse(what, "a mapping", "write 'key: value' lines");
  for (const auto& pair : value.node_) {
    const Mark key = mark_of(pair.first, value.file_);
    entries_.push_back({pair.first.Scalar(), key, {pair.second, value.file_, key}});
  }
}

YamlMapping::YamlMapping(const YamlValue& value, std::string_view what, const KnownKeys& known,
                         const UnknownKeys& unknown)
    : YamlMapping(value, what) {
  const auto has = [](const std::vector<std::string>& keys, const std::string& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  for (const Entry& entry : entries_) {
    if (has(known.keys, entry.key) || has(known.unadvertised, entry.key)) continue;
    const InputError error(entry.mark, fmt::format("unknown key '{}'", entry.key),
                           suggestion(entry.key, known.keys));
    if (unknown.refuse) throw error;
    if (unknown.notes != nullptr) unknown.notes->push_back(fmt::format("{} (ignored)", error.what()));
  }
}

const YamlMapping::Entry* YamlMapping::find(std::string_view key) const {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return entry.value.is_null() ? nullptr : &entry;
  }
  return nullptr;
}

const YamlValue& YamlMapping::need(std::string_view key, std::string_view example) const {
  const Entry* entry = find(key);
  if (entry == nullptr) {
    throw InputError(mark_, fmt::format("{} has no '{}'", what_, key),
                     fmt::format("add it, for example {}", example));
  }
  return entry->value;
}

}  // namespace tsugi::recipes
