// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/template/builtins.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "eval/template/python_text.h"
#include "recipes/error.h"

namespace tsugi::eval::syntax {
namespace {

using python::Json;
using Values = std::span<const Json>;

/// What a function of a table has to say when its arguments are wrong.
struct WrongArgument {
  std::string what;
};

struct Method {
  std::string_view name;
  Json::value_t receiver;
  std::size_t least;
  std::size_t most;
  Json (*call)(const Json& object, Values arguments);
};

struct FilterRow {
  std::string_view name;
  std::size_t most;  ///< arguments
  Json (*call)(const Json& object, Values arguments);
};

const std::string& text(const Json& value) {
  if (!value.is_string()) throw WrongArgument{fmt::format("needs text, got {}", python::type_name(value))};
  return value.get_ref<const std::string&>();
}

long count_of(const Json& value) {
  const auto number = python::integer(value);
  if (!number) throw WrongArgument{fmt::format("needs an int, got {}", python::type_name(value))};
  return static_cast<long>(*number);
}

/// The optional last argument "how many", -1 when it is not there or negative.
long most_of(Values arguments, std::size_t at) {
  return arguments.size() > at ? std::max(-1L, count_of(arguments[at])) : -1;
}

/// lstrip and rstrip share their arguments: none or None means white space.
enum class Sides { left, right, both };

template <Sides sides>
Json stripped(const Json& object, Values arguments) {
  std::string value = text(object);
  const bool space = arguments.empty() || arguments[0].is_null();
  if (sides != Sides::right)
    value = space ? std::string(python::lstrip(value)) : python::lstrip(value, text(arguments[0]));
  if (sides != Sides::left)
    value = space ? std::string(python::rstrip(value)) : python::rstrip(value, text(arguments[0]));
  return value;
}

Json split_text(const Json& object, Values arguments) {
  const long most = most_of(arguments, 1);
  if (arguments.empty() || arguments[0].is_null()) return python::split_words(text(object), most);
  if (text(arguments[0]).empty()) throw WrongArgument{"needs a separator that is not empty"};
  return python::split(text(object), text(arguments[0]), most);
}

Json joined(const std::string& separator, const Json& list, bool convert) {
  if (!list.is_array() && !list.is_string() && !list.is_object()) {
    throw WrongArgument{fmt::format("needs a list, got {}", python::type_name(list))};
  }
  std::string out;
  bool first = true;
  const auto add = [&](const std::string& piece) {
    if (!first) out += separator;
    out += piece;
    first = false;
  };
  if (list.is_string()) {
    for (const char32_t point : python::code_points(text(list))) add(python::utf8(std::u32string(1, point)));
  } else if (list.is_object()) {
    for (const auto& [key, value] : list.items()) add(key);
  } else {
    for (const Json& item : list) add(convert ? python::str(item) : text(item));
  }
  return out;
}

/// Position in characters, -1 when it is not there.
long find_text(const std::string& in, const std::string& what) {
  const std::size_t at = in.find(what);
  return at == std::string::npos ? -1 : static_cast<long>(python::length(std::string_view(in).substr(0, at)));
}

Json index_in_list(const Json& list, Values arguments) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (python::equal(list[i], arguments[0])) return i;
  }
  throw WrongArgument{fmt::format("does not find {} in the list", python::repr(arguments[0]))};
}

Json index_in_text(const Json& object, Values arguments) {
  const long at = find_text(text(object), text(arguments[0]));
  if (at < 0) throw WrongArgument{fmt::format("does not find {} in the text", python::repr(arguments[0]))};
  return at;
}

Json count_in_text(const Json& object, Values arguments) {
  const std::string& part = text(arguments[0]);
  if (part.empty()) return python::length(text(object)) + 1;
  return python::split(text(object), part).size() - 1;
}

Json count_in_list(const Json& list, Values arguments) {
  return std::count_if(list.begin(), list.end(),
                       [&](const Json& item) { return python::equal(item, arguments[0]); });
}

Json get_of_dict(const Json& dict, Values arguments) {
  if (arguments[0].is_structured()) throw WrongArgument{"needs a key that is no list and no dict"};
  const auto found = arguments[0].is_string() ? dict.find(text(arguments[0])) : dict.end();
  if (found != dict.end()) return *found;
  return arguments.size() > 1 ? arguments[1] : Json(nullptr);
}

Json length_of(const Json& object, Values) {
  if (object.is_string()) return python::length(text(object));
  if (!object.is_structured()) {
    throw WrongArgument{fmt::format("needs text, a list or a dict, got {}", python::type_name(object))};
  }
  return object.size();
}

/// First or last element or character.
template <bool first>
Json end_of(const Json& object, Values) {
  if (!object.is_array() && !object.is_string()) {
    throw WrongArgument{fmt::format("needs a list or text, got {}", python::type_name(object))};
  }
  if (object.is_array()) {
    if (object.empty()) throw WrongArgument{"finds the list empty"};
    return first ? object.front() : object.back();
  }
  const std::u32string points = python::code_points(text(object));
  if (points.empty()) throw WrongArgument{"finds the text empty"};
  return python::utf8(std::u32string(1, first ? points.front() : points.back()));
}

Json replaced(const std::string& object, Values arguments, bool convert) {
  if (arguments.size() < 2) throw WrongArgument{"needs two arguments"};
  const auto argument = [&](std::size_t i) {
    return convert ? python::str(arguments[i]) : text(arguments[i]);
  };
  return python::replace(object, argument(0), argument(1), most_of(arguments, 2));
}

// A capital at the beginning of each run of letters that have case.
std::string titled(const std::string& value) {
  std::string result;
  std::string word;
  for (const char32_t point : python::code_points(value)) {
    const std::string one = python::utf8(std::u32string(1, point));
    if (python::lower(one) != python::upper(one)) {
      word += one;
      continue;
    }
    result += python::capitalize(word) + one;
    word.clear();
  }
  return result + python::capitalize(word);
}

constexpr auto kText = Json::value_t::string;
constexpr auto kList = Json::value_t::array;
constexpr auto kDict = Json::value_t::object;

const std::array kMethods{
    Method{"strip", kText, 0, 1, stripped<Sides::both>},
    Method{"lstrip", kText, 0, 1, stripped<Sides::left>},
    Method{"rstrip", kText, 0, 1, stripped<Sides::right>},
    Method{"upper", kText, 0, 0,
           [](const Json& object, Values) { return Json(python::upper(text(object))); }},
    Method{"lower", kText, 0, 0,
           [](const Json& object, Values) { return Json(python::lower(text(object))); }},
    Method{"split", kText, 0, 2, split_text},
    Method{"replace", kText, 2, 3,
           [](const Json& object, Values a) { return replaced(text(object), a, false); }},
    Method{"join", kText, 1, 1,
           [](const Json& object, Values a) { return joined(text(object), a[0], false); }},
    Method{"startswith", kText, 1, 1,
           [](const Json& object, Values a) { return Json(text(object).rfind(text(a[0]), 0) == 0); }},
    Method{"endswith", kText, 1, 1,
           [](const Json& object, Values a) {
             const std::string& end = text(a[0]);
             const std::string& whole = text(object);
             return Json(whole.size() >= end.size() &&
                         whole.compare(whole.size() - end.size(), end.size(), end) == 0);
           }},
    Method{"find", kText, 1, 1,
           [](const Json& object, Values a) { return Json(find_text(text(object), text(a[0]))); }},
    Method{"index", kText, 1, 1, index_in_text},
    Method{"index", kList, 1, 1, index_in_list},
    Method{"count", kText, 1, 1, count_in_text},
    Method{"count", kList, 1, 1, count_in_list},
    Method{"get", kDict, 1, 2, get_of_dict},
    Method{"items", kDict, 0, 0,
           [](const Json& object, Values) {
             Json pairs = Json::array();
             for (const auto& [key, value] : object.items()) pairs.push_back({key, value});
             return pairs;
           }},
    Method{"keys", kDict, 0, 0,
           [](const Json& object, Values) {
             Json keys = Json::array();
             for (const auto& [key, value] : object.items()) keys.push_back(key);
             return keys;
           }},
    Method{"values", kDict, 0, 0,
           [](const Json& object, Values) {
             Json values = Json::array();
             for (const auto& [key, value] : object.items()) values.push_back(value);
             return values;
           }},
    Method{"capitalize", kText, 0, 0,
           [](const Json& object, Values) { return Json(python::capitalize(text(object))); }},
    Method{"title", kText, 0, 0, [](const Json& object, Values) { return Json(titled(text(object))); }},
    Method{"isdigit", kText, 0, 0,
           [](const Json& object, Values) { return Json(python::is_digits(text(object))); }},
};

const std::array kFilters{
    FilterRow{"length", 0, length_of},
    FilterRow{"count", 0, length_of},
    FilterRow{"string", 0, [](const Json& object, Values) { return Json(python::str(object)); }},
    FilterRow{"trim", 1,
              [](const Json& object, Values a) { return stripped<Sides::both>(python::str(object), a); }},
    FilterRow{"upper", 0,
              [](const Json& object, Values) { return Json(python::upper(python::str(object))); }},
    FilterRow{"lower", 0,
              [](const Json& object, Values) { return Json(python::lower(python::str(object))); }},
    FilterRow{"replace", 3,
              [](const Json& object, Values a) { return replaced(python::str(object), a, true); }},
    FilterRow{"join", 1,
              [](const Json& object, Values a) {
                return joined(a.empty() ? "" : python::str(a[0]), object, true);
              }},
    FilterRow{"first", 0, end_of<true>},
    FilterRow{"last", 0, end_of<false>},
};

template <class Rows>
void check_name(const Rows& rows, const std::string& name, std::string_view kind, Position position) {
  std::vector<std::string> names;
  for (const auto& row : rows) {
    if (row.name == name) return;
    if (names.empty() || names.back() != row.name) names.emplace_back(row.name);
  }
  throw Failure{position, fmt::format("the {} '{}', which tsugi's templates do not have", kind, name),
                suggestion(name, names)};
}

template <class Row>
Json checked_call(const Row& row, const Json& object, Values arguments, std::string_view kind,
                  Position position) {
  try {
    return row.call(object, arguments);
  } catch (const WrongArgument& wrong) {
    throw Failure{position, fmt::format("the {} '{}' {}", kind, row.name, wrong.what),
                  "check the values of this document"};
  }
}

[[noreturn]] void wrong_count(std::string_view kind, const std::string& name, std::size_t given,
                              Position position) {
  throw Failure{position, fmt::format("the {} '{}' with {} arguments", kind, name, given),
                "give it the arguments that Python's has"};
}

void refuse_name(std::string_view filter, const std::string& argument, Position position) {
  throw Failure{position, fmt::format("the filter '{}' with the argument '{}'", filter, argument),
                "give it the arguments that Jinja's has"};
}

}  // namespace

void check_arguments(const NamedFilter& filter, std::size_t given, const Json& named, Position position) {
  std::vector<std::string> names;
  if (!filter.parameters.empty()) names = python::split(filter.parameters, " ");
  const bool any = !names.empty() && names.front() == "*";
  if (!any && given > names.size()) wrong_count("filter", std::string(filter.name), given, position);
  for (const auto& [name, value] : named.items()) {
    const auto place = std::find(names.begin(), names.end(), name) - names.begin();
    const bool again = any ? given > 0 : place < static_cast<std::ptrdiff_t>(given);
    if (place == static_cast<std::ptrdiff_t>(names.size()) || again) refuse_name(filter.name, name, position);
  }
}

void check_method(const std::string& name, Position position) {
  check_name(kMethods, name, "method", position);
}
void check_filter(const std::string& name, Position position) {
  if (name == "default" || name == "d") return;
  for (const NamedFilter& row : named_filters()) {
    if (row.name == name) return;
  }
  check_name(kFilters, name, "filter", position);
}
bool is_dict_method(const std::string& name) {
  constexpr std::array<std::string_view, 11> kNames{"clear",      "copy",   "fromkeys", "get",
                                                    "items",      "keys",   "pop",      "popitem",
                                                    "setdefault", "update", "values"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

Json call_method(const std::string& name, const Json& object, Values arguments, Position position) {
  for (const Method& method : kMethods) {
    if (method.name != name || method.receiver != object.type()) continue;
    if (arguments.size() < method.least || arguments.size() > method.most) {
      wrong_count("method", name, arguments.size(), position);
    }
    return checked_call(method, object, arguments, "method", position);
  }
  throw Failure{position,
                fmt::format("the method '{}' of a value of type {}", name, python::type_name(object)),
                "check the type of this column"};
}

Json apply_filter(const std::string& name, const Json& object, Values arguments, const Json& named,
                  Position position, bool strict) {
  for (const NamedFilter& row : named_filters()) {
    if (row.name != name) continue;
    check_arguments(row, arguments.size(), named, position);
    return row.call(object, arguments, named, position, strict);
  }
  if (!named.empty()) {
    throw Failure{position, fmt::format("the filter '{}' with the argument '{}'", name, named.begin().key()),
                  "give its arguments by position"};
  }
  const auto* row =
      std::find_if(kFilters.begin(), kFilters.end(), [&](const FilterRow& r) { return r.name == name; });
  if (arguments.size() > row->most) wrong_count("filter", name, arguments.size(), position);
  return checked_call(*row, object, arguments, "filter", position);
}

}  // namespace tsugi::eval::syntax
