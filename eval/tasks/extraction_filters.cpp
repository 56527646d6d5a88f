// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Filters that take something out of an answer by a pattern: lm_eval/filters/extraction.py, and format_span
// of transformation.py.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "eval/tasks/filter_steps.h"
#include "eval/tasks/python_regex.h"
#include "eval/template/python_text.h"
#include "eval/tokenizer/category.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using python::Json;

/// What regex and multi_choice_regex share.
struct Extraction {
  PythonRegex regex;
  long select;
  std::string fallback;

  explicit Extraction(const FilterStep& step)
      : regex(text_argument(step, "regex_pattern", R"(#### (\-?[0-9\.\,]+))"), step.mark.text()),
        select(number_argument(step, "group_select", 0)),
        fallback(text_argument(step, "fallback", "[invalid]")) {}

  /// The selected match. Out of range ends the harness with an exception; here one answer with too few
  /// matches is one wrong answer.
  const PythonRegex::Match* selected(const std::vector<PythonRegex::Match>& matches) const {
    const long index = select < 0 ? static_cast<long>(matches.size()) + select : select;
    return index < 0 || index >= static_cast<long>(matches.size())
               ? nullptr
               : &matches[static_cast<std::size_t>(index)];
  }
};

/// The first group that is not empty of a match, or the whole without groups. One group alone may be empty.
std::string chosen_text(const PythonRegex::Match& match, const std::string& fallback) {
  if (match.groups.empty()) return match.whole;
  if (match.groups.size() == 1) return match.groups[0];
  const auto filled = std::find_if(match.groups.begin(), match.groups.end(),
                                   [](const std::string& group) { return !group.empty(); });
  return filled == match.groups.end() ? fallback : *filled;
}

/// re.escape
std::string escaped(const std::string& text) {
  constexpr std::string_view kSpecial = "()[]{}?*+-|^$\\.&~# \t\n\r\v\f";
  std::string result;
  for (const char c : text) {
    if (kSpecial.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

class MultiChoice {
 public:
  explicit MultiChoice(const FilterStep& step)
      : own_(step),
        where_(step.mark.text()),
        ignore_case_(flag_argument(step, "ignore_case")),
        ignore_punctuation_(flag_argument(step, "ignore_punctuation")) {
    for (const std::string& pattern : texts_argument(step, "regexes_to_ignore"))
      ignored_.emplace_back(pattern, where_);
  }

  /// By the pattern; by the text of a choice; by a letter behind a colon; each where the one before finds
  /// nothing.
  std::string operator()(const std::string& response, const Json& doc) const {
    const Choices choices = choices_of(doc);
    std::string found = find(own_.regex, response, {});
    if (found.empty()) found = find(choices.texts, without_ignored(response), choices.letter_of_text);
    if (found.empty()) found = find(choices.letters, response, choices.letter_of_letter);
    return found.empty() ? own_.fallback : found;
  }

 private:
  using Letters = std::map<std::string, std::string>;

  struct Choices {
    PythonRegex texts;
    PythonRegex letters;
    Letters letter_of_text;
    Letters letter_of_letter;
  };

  std::string without_ignored(std::string text) const {
    for (const PythonRegex& regex : ignored_) text = regex.remove(text);
    if (ignore_case_) text = python::lower(text);
    if (ignore_punctuation_) {
      std::u32string points = python::code_points(text);
      std::erase_if(points, [](char32_t c) { return unicode::is_in(unicode::category(c), "P"); });
      text = python::utf8(points);
    }
    return text;
  }

  Choices choices_of(const Json& doc) const {
    const auto found = doc.find("choices");
    constexpr std::size_t kMost = 26;  // letters; the next makes a broken pattern of the harness's
    const bool texts = found != doc.end() && found->is_array() && !found->empty() && found->size() <= kMost &&
                       std::all_of(found->begin(), found->end(), [](const Json& c) { return c.is_string(); });
    if (!texts) {
      throw InputError(where_, "multi_choice_regex of a document without 'choices', a list of up to 26 texts",
                       "use the filter regex");
    }
    Letters letter_of_text;
    Letters letter_of_letter;
    std::vector<std::string> branches;
    std::string letters;
    char next = 'A';
    for (const Json& choice : *found) {
      const std::string text =
          without_ignored(std::string(python::strip(choice.get_ref<const std::string&>())));
      const std::string letter(1, next++);
      branches.push_back(escaped(text));
      letter_of_text[text] = "(" + letter + ")";
      letter_of_letter[letter] = "(" + letter + ")";
      letters += (letters.empty() ? "" : "|") + letter;
    }
    // The longest first, or a choice that another begins with would be found in it.
    std::stable_sort(branches.begin(), branches.end(), [](const std::string& a, const std::string& b) {
      return python::length(a) > python::length(b);
    });
    return {PythonRegex(fmt::format("{}", fmt::join(branches, "|")), where_),
            PythonRegex(fmt::format(R"(:[\s]*({}))", letters), where_), std::move(letter_of_text),
            std::move(letter_of_letter)};
  }

  std::string find(const PythonRegex& regex, const std::string& text, const Letters& letters) const {
    const std::vector<PythonRegex::Match> matches = regex.find_all(text);
    const PythonRegex::Match* match = own_.selected(matches);
    if (match == nullptr) return "";
    const std::string chosen(python::strip(chosen_text(*match, "")));
    const auto letter = letters.find(chosen);
    return chosen.empty() || letter == letters.end() ? chosen : letter->second;
  }

  Extraction own_;
  std::string where_;
  bool ignore_case_;
  bool ignore_punctuation_;
  std::vector<PythonRegex> ignored_;
};

struct Label {
  const char* word;
  const char* label;
};
// In the harness's order: what one replacement makes is no word of a later one.
constexpr std::array kLabels{
    Label{"person", "PER"},    Label{"location", "LOC"}, Label{"organization", "ORG"},
    Label{"counties", "LOC"},  Label{"places", "LOC"},   Label{"people", "PER"},
    Label{"persons", "PER"},   Label{"company", "ORG"},  Label{"country", "LOC"},
    Label{"continent", "LOC"}, Label{"time", "DATE"},    Label{"date", "DATE"},
    Label{"per", "PER"},       Label{"loc", "LOC"},      Label{"org", "ORG"},
};

// "person: Ada $$ place: none" to "per: Ada": named entities in one spelling.
std::string formatted_spans(const std::string& response, const std::string& where) {
  std::string text = python::lower(python::lower(response));
  for (const Label& known : kLabels) {
    text = compiled_regex(fmt::format(R"(\b{}\s*:)", known.word), where).replace(text, [&](const auto&) {
      return std::string(known.label) + ":";
    });
  }
  text = python::rstrip(python::replace(text, "$$", "$"), "$");
  text = python::strip(python::replace(text, "\n", "$"));
  std::vector<std::string> entities;
  const PythonRegex& spans = compiled_regex(R"(\b(PER|LOC|ORG|DATE):\s*([^$]+))", where);
  for (const PythonRegex::Match& match : spans.find_all(text)) {
    for (const std::string& value : python::split(match.groups[1], ",")) {
      const std::string_view entity = python::strip(value);
      if (python::lower(entity) != "none")
        entities.push_back(fmt::format("{}: {}", python::lower(match.groups[0]), entity));
    }
  }
  return fmt::format("{}", fmt::join(entities, " $ "));
}

}  // namespace

ResponseFilter make_regex(const FilterStep& step) {
  return [own = Extraction(step)](const std::string& response, const Json&) {
    const std::vector<PythonRegex::Match> matches = own.regex.find_all(response);
    const PythonRegex::Match* match = own.selected(matches);
    return match == nullptr ? own.fallback : std::string(python::strip(chosen_text(*match, own.fallback)));
  };
}

ResponseFilter make_multi_choice_regex(const FilterStep& step) {
  return MultiChoice(step);
}

ResponseFilter make_format_span(const FilterStep& step) {
  return [where = step.mark.text()](const std::string& response, const Json&) {
    return formatted_spans(response, where);
  };
}

}  // namespace tsugi::eval
