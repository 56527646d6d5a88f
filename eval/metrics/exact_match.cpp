// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// exact_match: 1 when the answer equals the reference. lm_eval/api/metrics.py, exact_match_hf_evaluate: first
// every pattern of regexes_to_ignore is removed from both sides, then case, ASCII punctuation and ASCII
// digits.
#include "eval/metrics/exact_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "eval/tasks/filters.h"
#include "eval/tasks/python_regex.h"
#include "eval/template/python_text.h"
#include "eval/template/python_value.h"

namespace tsugi::eval {
namespace {

constexpr std::string_view kPatterns = "regexes_to_ignore";
constexpr std::array<std::string_view, 3> kFlags{"ignore_case", "ignore_punctuation", "ignore_numbers"};
constexpr std::string_view kPunctuation =
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";  // Python's string.punctuation

bool has_flag(const MetricSpec& spec, std::string_view name) {
  const auto found = spec.arguments.find(std::string(name));
  return found != spec.arguments.end() && found->second.is_boolean() && found->second.get<bool>();
}

std::vector<std::string> patterns(const MetricSpec& spec) {
  const auto found = spec.arguments.find(std::string(kPatterns));
  if (found == spec.arguments.end() || found->second.is_null()) return {};
  return found->second.get<std::vector<std::string>>();
}

std::string without(std::string text, std::string_view characters) {
  text.erase(
      std::remove_if(text.begin(), text.end(), [&](char c) { return characters.find(c) != characters.npos; }),
      text.end());
  return text;
}

std::size_t longest(const std::vector<std::string>& texts) {
  std::size_t most = 0;
  for (const std::string& text : texts) most = std::max(most, python::length(text));
  return most;
}

/// The harness holds texts in an array of numpy's, as wide as the longest of them at first: the lower case of
/// "İ", two characters, is cut there, and U+0000 at an end is no character.
void drop_last_nuls(std::string& text) {
  text.erase(text.find_last_not_of('\0') + 1);
}

std::string lower_within(const std::string& text, std::size_t width) {
  std::u32string points = python::code_points(python::lower(text));
  if (points.size() <= width) return python::utf8(points);
  return python::utf8(std::u32string_view(points).substr(0, width));
}

/// The answer alone, or all targets; `width` is the least that numpy's array of them has.
std::vector<std::string> normalised(const MetricSpec& spec, std::vector<std::string> texts,
                                    std::size_t width = 0) {
  width = std::max(width, longest(texts));
  for (const std::string& pattern : patterns(spec)) {
    const auto& regex = compiled_regex(pattern, spec.mark.text());
    for (std::string& text : texts) text = regex.remove(text);
    width = longest(texts);
    std::for_each(texts.begin(), texts.end(), drop_last_nuls);
  }
  for (std::string& text : texts) {
    drop_last_nuls(text);
    if (has_flag(spec, "ignore_case")) text = lower_within(text, width);
    if (has_flag(spec, "ignore_punctuation")) text = without(std::move(text), kPunctuation);
    if (has_flag(spec, "ignore_numbers")) text = without(std::move(text), "0123456789");
    drop_last_nuls(text);
  }
  return texts;
}

struct RightAnswers {
  std::vector<std::string> texts;  ///< those that an answer may equal
  bool all_were_texts = true;
  bool is_text_array = true;  ///< to numpy, whose functions of text take no other
  std::size_t width = 0;      ///< of such an array, at least
};

/// What numpy holds ready for a value that becomes text.
std::size_t width_of(const nlohmann::ordered_json& value) {
  if (value.is_number_float()) return 32;
  if (value.is_number()) return 21;
  return value.is_boolean() ? 5 : 0;
}

[[noreturn]] void refuse_reference(const Item& item, std::string_view what, std::string_view cure) {
  throw InputError(item.place, fmt::format("doc_to_target gives {}, {}", python::repr(item.reference), what),
                   cure);
}

/// The harness turns a number into text to compare it, unless it is one of several right answers or the
/// answer is a list. There it leaves it to numpy: numbers beside texts become texts, unless there is a None
/// among them, and no text equals a number, None or nothing at all.
RightAnswers right_answers(const Item& item, const Answer& answer) {
  const bool as_text = !item.choices.empty() || (!item.several_targets && !answer.is_list);
  if (item.targets.empty() && as_text) return {{item.target}};
  if (as_text || item.reference.is_string()) return {item.targets, true, !item.targets.empty()};
  if (item.reference.is_structured() && !item.several_targets)
    refuse_reference(item, "expected text", "end the filters with take_first");
  using Json = nlohmann::ordered_json;
  const auto all =
      item.reference.is_array() ? item.reference.get<std::vector<Json>>() : std::vector<Json>{item.reference};
  const auto count = [&](auto test) { return std::count_if(all.begin(), all.end(), test); };
  const auto texts = count([](const Json& one) { return one.is_string(); });
  const bool nulls = count([](const Json& one) { return one.is_null(); }) > 0;
  if (count([](const Json& one) { return one.is_structured(); }) > 0)
    refuse_reference(item, "expected texts", "give a plain list");
  RightAnswers right;
  right.all_were_texts = texts == static_cast<std::ptrdiff_t>(all.size());
  right.is_text_array = texts > 0 && !nulls;
  for (const Json& one : all) {
    if (one.is_string() || right.is_text_array) right.texts.push_back(python::str(one));
    right.width = std::max(right.width, width_of(one));
  }
  return right;
}

void check_text(const MetricSpec& spec, const Item& item, const RightAnswers& right) {
  const bool flags =
      std::any_of(kFlags.begin(), kFlags.end(), [&](std::string_view flag) { return has_flag(spec, flag); });
  if ((flags && !right.is_text_array) || (!patterns(spec).empty() && !right.all_were_texts)) {
    refuse_reference(item, "and exact_match ignores parts of texts only",
                     "put the right answers in quotes, or remove the arguments of exact_match");
  }
}

double value(const Task& /*task*/, const MetricSpec& spec, const Item& item, const Answer& answer) {
  return matches_exactly(spec, item, answer) ? 1 : 0;
}

void check_patterns(const Task& task, const MetricSpec& spec, const nlohmann::json& argument) {
  const bool texts =
      argument.is_null() || (argument.is_array() && std::all_of(argument.begin(), argument.end(),
                                                                [](const auto& p) { return p.is_string(); }));
  if (!texts)
    throw InputError(spec.mark, "regexes_to_ignore is no list of patterns",
                     "write regexes_to_ignore: [\",\"]");
  // There the harness compares lists: of several targets all must be the answer.
  if (argument.is_array() && argument.empty())
    throw InputError(spec.mark, "regexes_to_ignore is an empty list, expected patterns", "remove it");
  for (const std::string& pattern : patterns(spec)) compiled_regex(pattern, spec.mark.text());
  for (const FilterPipeline& pipeline : task.filters) {
    if (!argument.is_null() && FilterChain(pipeline).leaves_list()) {
      throw InputError(
          spec.mark,
          fmt::format("regexes_to_ignore of answers that the filters '{}' leave in a list", pipeline.name),
          "end them with take_first");
    }
  }
}

}  // namespace

bool matches_exactly(const MetricSpec& spec, const Item& item, const Answer& answer) {
  const RightAnswers answers = right_answers(item, answer);
  check_text(spec, item, answers);
  const std::string found = normalised(spec, {answer.filtered}).front();
  const std::vector<std::string> right = normalised(spec, answers.texts, answers.width);
  return std::find(right.begin(), right.end(), found) != right.end();
}

void check_exact_match(const Task& task, const MetricSpec& spec) {
  std::vector<std::string> known(kFlags.begin(), kFlags.end());
  known.emplace_back(kPatterns);
  for (const auto& [name, argument] : spec.arguments) {
    if (name == kPatterns) {
      check_patterns(task, spec, argument);
    } else if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw InputError(spec.mark, fmt::format("the metric '{}' has no argument '{}'", spec.metric, name),
                       suggestion(name, known));
    } else if (!argument.is_boolean()) {
      throw InputError(spec.mark, fmt::format("{} is neither true nor false", name), "write true or false");
    }
  }
}

Metric metric_exact_match() {
  return {"exact_match", OutputType::generate_until, value, check_exact_match};
}

}  // namespace tsugi::eval
