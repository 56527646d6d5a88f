// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/python_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace tsugi::eval::python {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// The code point at `position`, which moves past it.
char32_t next_point(std::string_view text, std::size_t& position) {
  utf8proc_int32_t point = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + position;
  const utf8proc_ssize_t used =
      utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - position), &point);
  if (used <= 0) {
    ++position;
    return kReplacement;
  }
  position += static_cast<std::size_t>(used);
  return static_cast<char32_t>(point);
}

/// Where the last character of text[0, end) starts.
std::size_t start_of_last(std::string_view text, std::size_t end) {
  std::size_t start = end - 1;
  while (start > 0 && end - start < 4 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) --start;
  return start;
}

void append(std::string& out, char32_t point) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const utf8proc_ssize_t count = utf8proc_encode_char(static_cast<utf8proc_int32_t>(point), bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(count));
}

template <class Predicate>
std::string_view left_trimmed(std::string_view text, Predicate drop) {
  std::size_t begin = 0;
  for (std::size_t next = 0; next < text.size(); begin = next) {
    if (!drop(next_point(text, next))) break;
  }
  return text.substr(begin);
}

template <class Predicate>
std::string_view right_trimmed(std::string_view text, Predicate drop) {
  std::size_t end = text.size();
  while (end > 0) {
    std::size_t start = start_of_last(text, end);
    const std::size_t last = start;
    if (!drop(next_point(text, start))) break;
    end = last;
  }
  return text.substr(0, end);
}

utf8proc_category_t category(char32_t point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(point));
}

bool is_cased(char32_t point) {
  const utf8proc_category_t kind = category(point);
  return kind == UTF8PROC_CATEGORY_LU || kind == UTF8PROC_CATEGORY_LL || kind == UTF8PROC_CATEGORY_LT;
}

/// Unicode's Case_Ignorable: marks, modifiers, format characters and the punctuation inside words.
bool is_case_ignorable(char32_t point) {
  switch (category(point)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return std::u32string_view(U"'.:\u00B7\u2018\u2019\u2024\u2027").find(point) !=
             std::u32string_view::npos;
  }
}

/// Unicode 3.13, Final_Sigma: a cased letter before, none after.
bool is_final_sigma(std::u32string_view text, std::size_t at) {
  std::size_t before = at;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  std::size_t after = at + 1;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

struct SpecialUpper {
  char32_t point;
  const char32_t* upper;
};

constexpr SpecialUpper kSpecialUpper[] = {
#include "eval/template/case_table.inc"
};

const char32_t* special_upper(char32_t point) {
  for (const SpecialUpper& row : kSpecialUpper) {
    if (row.point == point) return row.upper;
  }
  return nullptr;
}

/// One character in title case, by SpecialCasing.txt where it becomes several.
std::string titled(char32_t point) {
  constexpr char32_t kIota = 0x399;
  constexpr char32_t kIotaSubscript = 0x345;
  constexpr char32_t kApostrophe = 0x2BC;  // of U+0149, which keeps its capital behind it
  const auto simple = static_cast<char32_t>(utf8proc_totitle(static_cast<utf8proc_int32_t>(point)));
  constexpr char32_t kSharpS = 0xDF;  // to utf8proc its title case is U+1E9E, to Unicode "Ss"
  const char32_t* special = point < 0x80 ? nullptr : special_upper(point);
  std::string out;
  const bool one = simple != point || category(point) == UTF8PROC_CATEGORY_LT;
  if (special == nullptr || (one && point != kSharpS)) {
    append(out, simple);
    return out;
  }
  append(out, *special);
  const bool lowers = *special != kApostrophe;
  for (const char32_t* rest = special + 1; *rest != 0; ++rest) {
    const char32_t small =
        lowers ? static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(*rest))) : *rest;
    append(out, *rest == kIota ? kIotaSubscript : small);
  }
  return out;
}

}  // namespace

std::u32string code_points(std::string_view text) {
  std::u32string points;
  for (std::size_t position = 0; position < text.size();) points.push_back(next_point(text, position));
  return points;
}

std::string utf8(std::u32string_view points) {
  std::string text;
  for (const char32_t point : points) append(text, point);
  return text;
}

std::size_t length(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t position = 0; position < text.size(); ++count) next_point(text, position);
  return count;
}

bool is_space(char32_t point) {
  if (point <= 0x20) return (point >= 0x09 && point <= 0x0D) || point >= 0x1C;
  if (point == 0x85 || point == 0xA0) return true;
  if (point < 0x1680) return false;
  return point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
         point == 0x202F || point == 0x205F || point == 0x3000;
}

std::string_view lstrip(std::string_view text) {
  return left_trimmed(text, is_space);
}
std::string_view rstrip(std::string_view text) {
  return right_trimmed(text, is_space);
}
std::string_view strip(std::string_view text) {
  return lstrip(rstrip(text));
}

std::string lstrip(std::string_view text, std::string_view characters) {
  const std::u32string set = code_points(characters);
  return std::string(left_trimmed(text, [&](char32_t point) { return set.find(point) != set.npos; }));
}

std::string rstrip(std::string_view text, std::string_view characters) {
  const std::u32string set = code_points(characters);
  return std::string(right_trimmed(text, [&](char32_t point) { return set.find(point) != set.npos; }));
}

std::string lower(std::string_view text) {
  constexpr char32_t kCapitalSigma = 0x3A3;
  constexpr char32_t kFinalSigma = 0x3C2;
  constexpr char32_t kDottedI = 0x130;
  const std::u32string points = code_points(text);
  std::string out;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i] == kDottedI) {
      out += "i\u0307";
    } else if (points[i] == kCapitalSigma && is_final_sigma(points, i)) {
      append(out, kFinalSigma);
    } else {
      append(out, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(points[i]))));
    }
  }
  return out;
}

std::string upper(std::string_view text) {
  std::string out;
  for (std::size_t position = 0; position < text.size();) {
    const char32_t point = next_point(text, position);
    const char32_t* special = point < 0x80 ? nullptr : special_upper(point);
    if (special != nullptr) {
      out += utf8(special);
    } else {
      append(out, static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(point))));
    }
  }
  return out;
}

std::string capitalize(std::string_view text) {
  const std::u32string points = code_points(text);
  if (points.empty()) return "";
  const std::string first = utf8(points.substr(0, 1));
  // Of the whole: whether a sigma is final depends on what stands before it.
  return titled(points.front()) + lower(text).substr(lower(first).size());
}

bool is_lower(std::string_view text) {
  return lower(text) == text && upper(text) != text;
}
bool is_upper(std::string_view text) {
  return upper(text) == text && lower(text) != text;
}

bool is_digits(std::string_view text) {
  // Digits of Unicode that are no decimal ones: first and last of each run.
  constexpr std::pair<char32_t, char32_t> kOthers[] = {
      {0xB2, 0xB3},     {0xB9, 0xB9},       {0x1369, 0x1371},   {0x19DA, 0x19DA},   {0x2070, 0x2070},
      {0x2074, 0x2079}, {0x2080, 0x2089},   {0x2460, 0x2468},   {0x2474, 0x247C},   {0x2488, 0x2490},
      {0x24EA, 0x24EA}, {0x24F5, 0x24FD},   {0x24FF, 0x24FF},   {0x2776, 0x277E},   {0x2780, 0x2788},
      {0x278A, 0x2792}, {0x10A40, 0x10A43}, {0x10E60, 0x10E68}, {0x11052, 0x1105A}, {0x1F100, 0x1F10A}};
  const std::u32string points = code_points(text);
  return !points.empty() && std::all_of(points.begin(), points.end(), [&](char32_t point) {
    return utf8proc_category(static_cast<utf8proc_int32_t>(point)) == UTF8PROC_CATEGORY_ND ||
           std::any_of(std::begin(kOthers), std::end(kOthers),
                       [&](const auto& run) { return point >= run.first && point <= run.second; });
  });
}

std::string titled_words(std::string_view text) {
  constexpr std::u32string_view kOpening = U"-({[<";
  const std::u32string points = code_points(text);
  std::string out;
  for (std::size_t begin = 0; begin < points.size();) {
    const auto separates = [&](std::size_t i) {
      return is_space(points[i]) || kOpening.find(points[i]) != kOpening.npos;
    };
    std::size_t end = begin + 1;
    while (end < points.size() && separates(end) == separates(begin)) ++end;
    out += upper(utf8(points.substr(begin, 1))) + lower(utf8(points.substr(begin + 1, end - begin - 1)));
    begin = end;
  }
  return out;
}

std::vector<std::string> split_lines(std::string_view text) {
  constexpr std::u32string_view kEnds = U"\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029";
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t end = position;
    const char32_t point = next_point(text, position);
    if (kEnds.find(point) == kEnds.npos) continue;
    if (point == U'\r' && position < text.size() && text[position] == '\n') ++position;
    lines.emplace_back(text.substr(begin, end - begin));
    begin = position;
  }
  if (begin < text.size()) lines.emplace_back(text.substr(begin));
  return lines;
}

std::vector<std::string> split(std::string_view text, std::string_view separator, long most) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; most != 0 && (at = text.find(separator)) != std::string_view::npos; --most) {
    pieces.emplace_back(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  pieces.emplace_back(text);
  return pieces;
}

std::vector<std::string> split_words(std::string_view text, long most) {
  std::vector<std::string> words;
  for (text = lstrip(text); !text.empty(); text = lstrip(text)) {
    if (most-- == 0) {
      words.emplace_back(text);
      break;
    }
    std::size_t end = 0;
    for (std::size_t next = 0; next < text.size(); end = next) {
      if (is_space(next_point(text, next))) break;
    }
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::string replace(std::string_view text, std::string_view from, std::string_view to, long most) {
  std::string out;
  if (from.empty()) {
    std::size_t position = 0;
    for (; most != 0; --most) {
      out += to;
      if (position == text.size()) return out;
      const std::size_t start = position;
      next_point(text, position);
      out += text.substr(start, position - start);
    }
    return out += text.substr(position);
  }
  for (std::size_t at = 0; most != 0 && (at = text.find(from)) != std::string_view::npos; --most) {
    out += text.substr(0, at);
    out += to;
    text.remove_prefix(at + from.size());
  }
  return out += text;
}

}  // namespace tsugi::eval::python
