// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Filters with arguments by name, or that take other filters and tests: what chat templates use beyond task
// files.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "eval/template/builtins.h"
#include "eval/template/operators.h"
#include "eval/template/python_json.h"
#include "eval/template/python_number.h"
#include "eval/template/python_text.h"

namespace tsugi::eval::syntax {
namespace {

using python::Json;
using Values = std::span<const Json>;

// The argument of a place or a name.
std::optional<Json> argument(Values values, const Json& named, std::size_t place, const char* name) {
  if (values.size() > place) return values[place];
  if (named.contains(name)) return named[name];
  return std::nullopt;
}

std::vector<Json> items_of(const Json& object, std::string_view filter, Position position) {
  if (object.is_array()) return {object.begin(), object.end()};
  std::vector<Json> items;
  if (object.is_object()) {
    for (const auto& [key, value] : object.items()) items.emplace_back(key);
  } else if (object.is_string()) {
    for (const char32_t c : python::code_points(object.get_ref<const std::string&>()))
      items.emplace_back(python::utf8(std::u32string(1, c)));
  } else {
    throw Failure{position,
                  fmt::format("the filter '{}' of a value of type {}", filter, python::type_name(object)),
                  "give it a list"};
  }
  return items;
}

// "a.b" of an item; null where it is not there.
const Json* attribute_of(const Json& item, const std::string& path) {
  const Json* at = &item;
  for (const std::string& part : python::split(path, ".")) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(part);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

Json to_json(const Json& object, Values values, const Json& named, Position, bool) {
  const std::optional<Json> indent = argument(values, named, 0, "indent");
  const std::optional<Json> sorted =
      named.contains("sort_keys") ? std::optional<Json>(named["sort_keys"]) : std::nullopt;
  return python::json_dumps(
      object,
      indent ? static_cast<int>(std::clamp<std::int64_t>(python::integer(*indent).value_or(0), 0, 16)) : 0,
      sorted && python::truth(*sorted));
}

// select, reject, selectattr, rejectattr: items, or their attribute, that pass a test; without one, that are
// true.
template <bool wanted, bool by_attribute>
Json choose(const Json& object, Values values, const Json&, Position position, bool strict) {
  const std::string name = wanted ? "select" : "reject";
  const std::size_t skipped = by_attribute ? 1 : 0;
  if (values.size() < skipped)
    throw Failure{position, fmt::format("the filter '{}attr' without an attribute", name), "name one"};
  Json result = Json::array();
  for (const Json& item : items_of(object, name, position)) {
    const Json* value = by_attribute ? attribute_of(item, python::str(values[0])) : &item;
    bool passes = false;
    if (values.size() == skipped) {
      passes = value != nullptr && python::truth(*value);
    } else {
      const std::string test = python::str(values[skipped]);
      if (test == "defined" || test == "undefined") {
        passes = (value != nullptr) == (test == "defined");
      } else {
        if (value == nullptr && strict)
          throw Failure{position, fmt::format("an item without '{}'", python::str(values[0])),
                        "check the items"};
        passes = value != nullptr && apply_test(test, *value, values.subspan(skipped + 1), position);
      }
    }
    if (passes == wanted) result.push_back(item);
  }
  return result;
}

Json map_items(const Json& object, Values values, const Json& named, Position position, bool strict) {
  Json result = Json::array();
  const bool by_attribute = named.contains("attribute");
  if (!by_attribute && values.empty())
    throw Failure{position, "the filter 'map' without a filter or attribute", "name one"};
  for (const Json& item : items_of(object, "map", position)) {
    if (!by_attribute) {
      const std::string filter = python::str(values[0]);
      check_filter(filter, position);
      result.push_back(apply_filter(filter, item, values.subspan(1), Json::object(), position, strict));
      continue;
    }
    const Json* value = attribute_of(item, python::str(named["attribute"]));
    const bool missing = value == nullptr && !named.contains("default");
    if (missing && strict)
      throw Failure{position, fmt::format("an item without '{}'", python::str(named["attribute"])),
                    "check the items"};
    result.push_back(value != nullptr ? *value : missing ? Json("") : named["default"]);
  }
  return result;
}

Json indent(const Json& object, Values values, const Json& named, Position, bool) {
  const std::optional<Json> width = argument(values, named, 0, "width");
  const std::optional<Json> first = argument(values, named, 1, "first");
  const std::optional<Json> blank = argument(values, named, 2, "blank");
  const std::string space = width && width->is_string()
                                ? width->get<std::string>()
                                : std::string(static_cast<std::size_t>(std::clamp<std::int64_t>(
                                                  width ? python::integer(*width).value_or(4) : 4, 0, 1000)),
                                              ' ');
  std::string out = first && python::truth(*first) ? space : "";
  const std::vector<std::string> lines = python::split(python::str(object), "\n");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += '\n';
    if (i > 0 && (!lines[i].empty() || (blank && python::truth(*blank)))) out += space;
    out += lines[i];
  }
  return out;
}

Json list(const Json& object, Values, const Json&, Position position, bool) {
  return items_of(object, "list", position);
}

Json pairs(const Json& object, Values, const Json&, Position, bool) {
  Json result = Json::array();
  if (object.is_object()) {
    for (const auto& [key, value] : object.items()) result.push_back({key, value});
  }
  return result;
}

Json unique(const Json& object, Values, const Json&, Position position, bool) {
  Json result = Json::array();
  for (const Json& item : items_of(object, "unique", position)) {
    const bool seen = std::any_of(result.begin(), result.end(),
                                  [&](const Json& other) { return python::equal(other, item); });
    if (!seen) result.push_back(item);
  }
  return result;
}

Json reversed(const Json& object, Values, const Json&, Position position, bool) {
  std::vector<Json> items = items_of(object, "reverse", position);
  std::reverse(items.begin(), items.end());
  if (!object.is_string()) return items;
  std::string text;
  for (const Json& item : items) text += item.get_ref<const std::string&>();
  return text;
}

// Texts without regard to case, as Jinja's default; pairs of a dict by key.
Json sorted(const Json& object, Values values, const Json& named, Position position, bool) {
  std::vector<Json> items = items_of(object, "sort", position);
  const std::optional<Json> descending = argument(values, named, 0, "reverse");
  const auto key = [&](const Json& item) -> Json {
    const Json* by =
        named.contains("attribute") ? attribute_of(item, python::str(named["attribute"])) : &item;
    if (by == nullptr) return {};
    return by->is_string() ? Json(python::lower(by->get_ref<const std::string&>())) : *by;
  };
  std::stable_sort(items.begin(), items.end(), [&](const Json& a, const Json& b) {
    const std::optional<int> order = python::order(key(a), key(b));
    if (!order) throw Failure{position, "a list whose items have no order", "sort numbers or texts"};
    return *order < 0;
  });
  if (descending && python::truth(*descending)) std::reverse(items.begin(), items.end());
  return items;
}

Json to_int(const Json& object, Values values, const Json& named, Position position, bool) {
  const std::optional<Json> base = argument(values, named, 1, "base");
  if (base && *base != Json(10))
    throw Failure{position, "the filter 'int' with another base than 10",
                  "write the number in decimal digits"};
  if (const auto number = python::integer(object)) return *number;
  python::Whole whole;
  if (object.is_number_integer()) whole.found = python::Whole::Found::too_large;
  if (object.is_number_float()) whole = python::whole(object.get<double>());
  if (object.is_string()) whole = python::whole(object.get_ref<const std::string&>());
  switch (whole.found) {
    case python::Whole::Found::number:
      return whole.value;
    case python::Whole::Found::too_large:
      throw Failure{position, "a whole number beyond 64 bits", "use smaller numbers"};
    case python::Whole::Found::foreign_digits:
      throw Failure{position, "the filter 'int' of digits that are not 0 to 9", "write them as 0 to 9"};
    case python::Whole::Found::none:
      break;
  }
  return argument(values, named, 0, "default").value_or(Json(0));
}

Json safe(const Json& object, Values, const Json&, Position, bool) {
  return object;
}

Json method(const char* name, const Json& object, Position position) {
  return call_method(name, Json(python::str(object)), {}, position);
}
Json capitalize(const Json& object, Values, const Json&, Position position, bool) {
  return method("capitalize", object, position);
}
Json title(const Json& object, Values, const Json&, Position position, bool) {
  return method("title", object, position);
}

constexpr std::array kNamed{
    NamedFilter{"tojson", to_json},
    NamedFilter{"select", choose<true, false>},
    NamedFilter{"reject", choose<false, false>},
    NamedFilter{"selectattr", choose<true, true>},
    NamedFilter{"rejectattr", choose<false, true>},
    NamedFilter{"map", map_items},
    NamedFilter{"indent", indent},
    NamedFilter{"list", list},
    NamedFilter{"items", pairs},
    NamedFilter{"dictsort",
                [](const Json& object, Values values, const Json& named, Position position, bool strict) {
                  return sorted(pairs(object, values, named, position, strict), {}, Json::object(), position,
                                strict);
                }},
    NamedFilter{"unique", unique},
    NamedFilter{"reverse", reversed},
    NamedFilter{"sort", sorted},
    NamedFilter{"int", to_int},
    NamedFilter{"safe", safe},
    NamedFilter{"capitalize", capitalize},
    NamedFilter{"title", title},
};

}  // namespace

std::span<const NamedFilter> named_filters() {
  return kNamed;
}

}  // namespace tsugi::eval::syntax
