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

#include "eval/tasks/python_regex.h"
#include "eval/template/python_text.h"

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

std::string normalised(const MetricSpec& spec, std::string text) {
  for (const std::string& pattern : patterns(spec))
    text = compiled_regex(pattern, spec.mark.text()).remove(text);
  if (has_flag(spec, "ignore_case")) text = python::lower(text);
  if (has_flag(spec, "ignore_punctuation")) text = without(std::move(text), kPunctuation);
  if (has_flag(spec, "ignore_numbers")) text = without(std::move(text), "0123456789");
  return text;
}

double value(const Task& /*task*/, const MetricSpec& spec, const Item& item, const Answer& answer) {
  return matches_exactly(spec, item, answer) ? 1 : 0;
}

void check_patterns(const MetricSpec& spec, const nlohmann::json& argument) {
  const bool texts =
      argument.is_null() || (argument.is_array() && std::all_of(argument.begin(), argument.end(),
                                                                [](const auto& p) { return p.is_string(); }));
  if (!texts)
    throw InputError(spec.mark, "regexes_to_ignore is no list of patterns",
                     "write regexes_to_ignore: [\",\"]");
  for (const std::string& pattern : patterns(spec)) compiled_regex(pattern, spec.mark.text());
}

}  // namespace

bool matches_exactly(const MetricSpec& spec, const Item& item, const Answer& answer) {
  const std::vector<std::string> one{item.target};
  const std::vector<std::string>& targets = item.targets.empty() ? one : item.targets;
  const std::string found = normalised(spec, answer.filtered);
  return std::any_of(targets.begin(), targets.end(),
                     [&](const std::string& target) { return found == normalised(spec, target); });
}

void check_exact_match(const Task& /*task*/, const MetricSpec& spec) {
  std::vector<std::string> known(kFlags.begin(), kFlags.end());
  known.emplace_back(kPatterns);
  for (const auto& [name, argument] : spec.arguments) {
    if (name == kPatterns) {
      check_patterns(spec, argument);
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
