// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// lm_eval/filters/{extraction,selection,transformation}.py of version 0.4.13.
#include "eval/tasks/filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "eval/tasks/python_regex.h"
#include "eval/template/python_text.h"
#include "eval/template/python_value.h"

namespace tsugi::eval {
namespace {

using Step = std::function<std::string(const std::string&)>;

struct Filter {
  std::string_view name;
  std::vector<std::string> arguments;
  Step (*make)(const FilterStep& step);
};

[[noreturn]] void refuse(const FilterStep& step, std::string_view argument, std::string_view expected) {
  throw InputError(step.mark,
                   fmt::format("{} of the filter '{}' is not {}", argument, step.function, expected),
                   "correct the argument");
}

std::string text_argument(const FilterStep& step, const std::string& name, const std::string& otherwise) {
  const auto found = step.arguments.find(name);
  if (found == step.arguments.end()) return otherwise;
  if (!found->second.is_string()) refuse(step, name, "text");
  return found->second.get<std::string>();
}

long number_argument(const FilterStep& step, const std::string& name, long otherwise) {
  const auto found = step.arguments.find(name);
  if (found == step.arguments.end()) return otherwise;
  if (!found->second.is_number_integer()) refuse(step, name, "a whole number");
  return found->second.get<long>();
}

std::string as_is(const std::string& response) {
  return response;
}

/// The first group that is not empty of a match, or the whole without groups. One group alone may be empty.
std::string chosen_text(const PythonRegex::Match& match, const std::string& fallback) {
  if (match.groups.empty()) return match.whole;
  if (match.groups.size() == 1) return match.groups[0];
  const auto filled = std::find_if(match.groups.begin(), match.groups.end(),
                                   [](const std::string& group) { return !group.empty(); });
  return filled == match.groups.end() ? fallback : *filled;
}

Step make_regex(const FilterStep& step) {
  const std::string pattern = text_argument(step, "regex_pattern", R"(#### (\-?[0-9\.\,]+))");
  const std::string fallback = text_argument(step, "fallback", "[invalid]");
  const long select = number_argument(step, "group_select", 0);
  return [regex = PythonRegex(pattern, step.mark.text()), fallback, select](const std::string& response) {
    const std::vector<PythonRegex::Match> matches = regex.find_all(response);
    const long index = select < 0 ? static_cast<long>(matches.size()) + select : select;
    // Out of range ends the harness with an exception; here one answer with too few matches is one wrong
    // answer.
    if (index < 0 || index >= static_cast<long>(matches.size())) return fallback;
    return std::string(python::strip(chosen_text(matches[static_cast<std::size_t>(index)], fallback)));
  };
}

Step make_map(const FilterStep& step) {
  std::map<std::string, std::string> mapping;
  const auto as_text = [&](const nlohmann::json& value) {
    if (!value.is_string() && !value.is_number_integer())
      refuse(step, "a value of mapping_dict or default_value", "text");
    return python::str(python::Json(value));  // numbers are equal when their text is
  };
  const auto dict = step.arguments.find("mapping_dict");
  if (dict == step.arguments.end() || !dict->second.is_object()) refuse(step, "mapping_dict", "a mapping");
  for (const auto& [from, to] : dict->second.items()) mapping[from] = as_text(to);
  const auto otherwise = step.arguments.find("default_value");
  if (otherwise == step.arguments.end())
    refuse(step, "default_value", "given (for answers not in mapping_dict)");
  return [mapping, otherwise = as_text(otherwise->second)](const std::string& response) {
    const auto found = mapping.find(response);
    return found == mapping.end() ? otherwise : found->second;
  };
}

Step make_take_first_k(const FilterStep& step) {
  if (number_argument(step, "k", 0) != 1) refuse(step, "k", "1, the number of responses that there are");
  return as_is;
}

const std::array kFilters{
    Filter{"regex", {"regex_pattern", "group_select", "fallback"}, make_regex},
    Filter{"take_first", {}, [](const FilterStep&) { return Step(as_is); }},
    Filter{"take_first_k", {"k"}, make_take_first_k},
    Filter{"majority_vote", {}, [](const FilterStep&) { return Step(as_is); }},  // of one response
    Filter{"remove_whitespace",
           {},
           [](const FilterStep&) {
             return Step([](const std::string& text) { return std::string(python::strip(text)); });
           }},
    Filter{
        "lowercase",
        {},
        [](const FilterStep&) { return Step([](const std::string& text) { return python::lower(text); }); }},
    Filter{
        "uppercase",
        {},
        [](const FilterStep&) { return Step([](const std::string& text) { return python::upper(text); }); }},
    Filter{"map", {"mapping_dict", "default_value"}, make_map},
};

const Filter& filter_of(const FilterStep& step) {
  std::vector<std::string> names;
  for (const Filter& filter : kFilters) {
    if (filter.name == step.function) return filter;
    names.emplace_back(filter.name);
  }
  throw InputError(step.mark, fmt::format("the filter '{}' is not supported", step.function),
                   suggestion(step.function, names));
}

}  // namespace

FilterChain::FilterChain(const FilterPipeline& pipeline) {
  for (const FilterStep& step : pipeline.steps) {
    const Filter& filter = filter_of(step);
    for (const auto& [name, value] : step.arguments) {
      if (std::find(filter.arguments.begin(), filter.arguments.end(), name) == filter.arguments.end()) {
        throw InputError(step.mark, fmt::format("the filter '{}' has no argument '{}'", step.function, name),
                         filter.arguments.empty() ? "remove it" : suggestion(name, filter.arguments));
      }
    }
    if (step.function == "take_first" && &step != &pipeline.steps.back()) {
      throw InputError(step.mark, "take_first before other filters (they would see its letters one by one)",
                       "make it the last filter");
    }
    steps_.push_back(filter.make(step));
  }
}

std::string FilterChain::apply(const std::string& response) const {
  std::string result = response;
  for (const auto& step : steps_) result = step(result);
  return result;
}

}  // namespace tsugi::eval
