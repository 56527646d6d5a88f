// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// lm_eval/filters/{extraction,selection,transformation}.py of version 0.4.13.
#include "eval/tasks/filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "eval/template/python_text.h"
#include "eval/template/python_value.h"

namespace tsugi::eval {
namespace {

using python::Json;

struct Filter {
  std::string_view name;
  std::vector<std::string> arguments;
  ResponseFilter (*make)(const FilterStep& step);
};

/// A filter that looks at the response alone.
template <class Function>
ResponseFilter of_text(Function function) {
  return [function](const std::string& response, const Json&) { return std::string(function(response)); };
}

ResponseFilter as_is(const FilterStep&) {
  return of_text([](const std::string& response) { return response; });
}

ResponseFilter make_map(const FilterStep& step) {
  std::map<std::string, std::string> mapping;
  // The harness would compare numbers as such: "05" with 5, and of several targets none.
  const auto as_text = [&](const nlohmann::json& value) {
    if (!value.is_string())
      refuse_argument(step, "a value of mapping_dict or default_value", "text in quotes");
    return value.get<std::string>();
  };
  const auto dict = step.arguments.find("mapping_dict");
  if (dict == step.arguments.end() || !dict->second.is_object())
    refuse_argument(step, "mapping_dict", "a mapping");
  for (const auto& [from, to] : dict->second.items()) mapping[from] = as_text(to);
  const auto otherwise = step.arguments.find("default_value");
  if (otherwise == step.arguments.end())
    refuse_argument(step, "default_value", "given (for answers not in mapping_dict)");
  return of_text([mapping, otherwise = as_text(otherwise->second)](const std::string& response) {
    const auto found = mapping.find(response);
    return found == mapping.end() ? otherwise : found->second;
  });
}

// That there are so many responses is checked where `repeats` is known.
ResponseFilter make_take_first_k(const FilterStep& step) {
  if (number_argument(step, "k", 0) < 1) refuse_argument(step, "k", "a whole number above 0");
  return as_is(step);
}

const std::array kFilters{
    Filter{"regex", {"regex_pattern", "group_select", "fallback"}, make_regex},
    Filter{"multi_choice_regex",
           {"regex_pattern", "group_select", "fallback", "ignore_case", "ignore_punctuation",
            "regexes_to_ignore"},
           make_multi_choice_regex},
    Filter{"format_span", {}, make_format_span},
    Filter{"take_first", {}, as_is},
    Filter{"take_first_k", {"k"}, make_take_first_k},
    Filter{"majority_vote", {}, as_is},  // all greedy responses are the same
    Filter{"remove_whitespace",
           {},
           [](const FilterStep&) {
             return of_text([](const std::string& text) { return python::strip(text); });
           }},
    Filter{"lowercase", {}, [](const FilterStep&) { return of_text(python::lower); }},
    Filter{"uppercase", {}, [](const FilterStep&) { return of_text(python::upper); }},
    Filter{"map", {"mapping_dict", "default_value"}, make_map},
};

/// Registered by the harness, and of no use without Python.
struct Refused {
  std::string_view name;
  std::string_view why;
  std::string_view cure;
};
constexpr std::array kRefused{
    Refused{"regex_pos", "makes lists of tags, which only metrics in Python compare", "use the filter regex"},
    Refused{"decontaminate", "gives no answers in lm-evaluation-harness", "remove it"},
    Refused{"custom", "runs a Python function", "use the other filters"},
};

const Filter& filter_of(const FilterStep& step) {
  std::vector<std::string> names;
  for (const Filter& filter : kFilters) {
    if (filter.name == step.function) return filter;
    names.emplace_back(filter.name);
  }
  for (const Refused& refused : kRefused) {
    if (refused.name == step.function)
      throw InputError(step.mark, fmt::format("the filter '{}' {}", step.function, refused.why),
                       refused.cure);
  }
  throw InputError(step.mark, fmt::format("the filter '{}' is not known", step.function),
                   suggestion(step.function, names));
}

}  // namespace

void refuse_argument(const FilterStep& step, std::string_view argument, std::string_view expected) {
  throw InputError(step.mark,
                   fmt::format("{} of the filter '{}' is not {}", argument, step.function, expected),
                   "correct the argument");
}

std::string text_argument(const FilterStep& step, const std::string& name, const std::string& otherwise) {
  const auto found = step.arguments.find(name);
  if (found == step.arguments.end()) return otherwise;
  if (!found->second.is_string()) refuse_argument(step, name, "text");
  return found->second.get<std::string>();
}

long number_argument(const FilterStep& step, const std::string& name, long otherwise) {
  const auto found = step.arguments.find(name);
  if (found == step.arguments.end()) return otherwise;
  if (!found->second.is_number_integer()) refuse_argument(step, name, "a whole number");
  return found->second.get<long>();
}

bool flag_argument(const FilterStep& step, const std::string& name) {
  const auto found = step.arguments.find(name);
  if (found == step.arguments.end()) return false;
  if (!found->second.is_boolean()) refuse_argument(step, name, "true or false");
  return found->second.get<bool>();
}

std::vector<std::string> texts_argument(const FilterStep& step, const std::string& name) {
  const auto found = step.arguments.find(name);
  if (found == step.arguments.end() || found->second.is_null()) return {};
  const bool texts = found->second.is_array() && std::all_of(found->second.begin(), found->second.end(),
                                                             [](const auto& t) { return t.is_string(); });
  if (!texts) refuse_argument(step, name, "a list of texts");
  return found->second.get<std::vector<std::string>>();
}

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
    leaves_list_ = step.function != "take_first";
  }
}

std::string FilterChain::apply(const std::string& response, const Json& doc) const {
  std::string result = response;
  for (const ResponseFilter& step : steps_) result = step(result, doc);
  return result;
}

}  // namespace tsugi::eval
