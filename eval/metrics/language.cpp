// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/metrics/language.h"

#include <cstdio>  // before cld2, whose header uses FILE without including it

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

#include <array>
#include <limits>
#include <optional>
#include <set>
#include <string>

#include "eval/metrics/metric.h"
#include "eval/metrics/script.h"

namespace tsugi::eval {
namespace {

// Below this many bytes of letters CLD2's answers are guesses (its own text calls shorter input "too short").
constexpr int kMinBytes = 40;

/// Lower case, without region, and in today's ISO 639-1 spelling where CLD2 or older files use another.
std::string canonical(std::string_view code) {
  std::string result;
  for (const char c : code) {
    if (c == '-' || c == '_') break;
    result.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  constexpr std::array<std::array<std::string_view, 2>, 7> kRenamed = {
      {{"iw", "he"}, {"jw", "jv"}, {"in", "id"}, {"ji", "yi"}, {"nb", "no"}, {"fil", "tl"}, {"mo", "ro"}}};
  for (const auto& [old_code, code_today] : kRenamed) {
    if (result == old_code) return std::string(code_today);
  }
  return result;
}

/// CLD2's answer where it stands by it.
std::optional<std::string> reliable_language(std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return std::nullopt;
  const CLD2::CLDHints no_hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
  std::array<CLD2::Language, 3> languages{};
  std::array<int, 3> percent{};
  std::array<double, 3> scores{};
  int text_bytes = 0;
  int valid_bytes = 0;
  bool is_reliable = false;
  const CLD2::Language language = CLD2::ExtDetectLanguageSummaryCheckUTF8(
      text.data(), static_cast<int>(text.size()), /*is_plain_text=*/true, &no_hints, /*flags=*/0,
      languages.data(), percent.data(), scores.data(), nullptr, &text_bytes, &is_reliable, &valid_bytes);
  if (!is_reliable || text_bytes < kMinBytes || language == CLD2::UNKNOWN_LANGUAGE) return std::nullopt;
  const std::string code = canonical(CLD2::LanguageCode(language));
  return code == "xx" ? std::nullopt
                      : std::optional(code);  // "xx-Cher" and the like name a script, not a language
}

bool over_half(std::size_t part, const LetterCounts& letters) {
  return 2 * part > letters.all;
}

struct Writing {
  std::string_view languages;  ///< codes, each with a blank before and after
  Script script;
};

// Languages that are not written in Latin letters, by CLD2's codes.
constexpr Writing kWritings[] = {
    {" ab ba be bg ce cv kk ky mk mn os ru sr tg tt uk ", Script::cyrillic},
    {" el ", Script::greek},
    {" he yi ", Script::hebrew},
    {" ar fa ku ks ps sd ug ur ", Script::arabic},
    {" bh hi mr ne sa ", Script::devanagari},
    {" as bn ", Script::bengali},
    {" pa ", Script::gurmukhi},
    {" gu ", Script::gujarati},
    {" or ", Script::oriya},
    {" ta ", Script::tamil},
    {" te ", Script::telugu},
    {" kn ", Script::kannada},
    {" ml ", Script::malayalam},
    {" si ", Script::sinhala},
    {" th ", Script::thai},
    {" lo ", Script::lao},
    {" my ", Script::myanmar},
    {" ka ", Script::georgian},
    {" am ti ", Script::ethiopic},
    {" km ", Script::khmer},
    {" hy ", Script::armenian},
    {" ko ", Script::hangul},
};

// Written in Latin letters too, besides the script above.
constexpr std::string_view kAlsoLatin = " ku sr tt ";
// Written in scripts the table of blocks has not got (Tibetan, Thaana, Cherokee, …): the script can say
// nothing.
constexpr std::string_view kOtherScripts = " bo chr dv dz iu ";

bool listed(std::string_view languages, const std::string& code) {
  return languages.find(" " + code + " ") != std::string_view::npos;
}

bool is_japanese(const LetterCounts& letters) {
  return over_half(letters[Script::kana] + letters[Script::han], letters);
}

bool is_in_script_of(const LetterCounts& letters, const std::string& code) {
  if (code == "ja") return is_japanese(letters);
  if (code == "zh") return over_half(letters[Script::han], letters) && letters[Script::kana] == 0;
  if (listed(kOtherScripts, code)) return false;
  for (const Writing& writing : kWritings) {
    if (!listed(writing.languages, code)) continue;
    const std::size_t latin = listed(kAlsoLatin, code) ? letters[Script::latin] : 0;
    return over_half(letters[writing.script] + latin, letters);
  }
  return over_half(letters[Script::latin], letters);
}

}  // namespace

bool knows_language(std::string_view code) {
  static const std::set<std::string> known = [] {
    std::set<std::string> codes;
    for (int i = 0; i < CLD2::NUM_LANGUAGES; ++i)
      codes.insert(canonical(CLD2::LanguageCode(static_cast<CLD2::Language>(i))));
    for (const char* none : {"", "un", "ut", "xx", "xxx"})
      codes.erase(none);  // unknown, and scripts without a language
    return codes;
  }();
  return known.contains(canonical(code));
}

std::string detect_language(std::string_view text) {
  if (std::optional<std::string> language = reliable_language(text)) return *language;
  return is_japanese(count_letters(text)) ? "ja" : "";
}

bool is_in_language(std::string_view text, std::string_view language) {
  const std::string wanted = canonical(language);
  if (const std::optional<std::string> found = reliable_language(text)) return *found == wanted;
  return knows_language(wanted) && is_in_script_of(count_letters(text), wanted);
}

}  // namespace tsugi::eval
