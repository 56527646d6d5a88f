// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Filters with arguments by name, or that take other filters and tests: what chat templates use beyond task
// files.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

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

// The path that names an attribute.
std::string path_of(const Json& attribute, Position position) {
  if (attribute.is_string()) return attribute.get<std::string>();
  throw Failure{position, fmt::format("the attribute {}", python::repr(attribute)), "give its name as text"};
}

// "a.b" of an item, "a.0" of lists; null where it is not there.
const Json* attribute_of(const Json& item, const std::string& path) {
  const Json* at = &item;
  for (const std::string& part : python::split(path, ".")) {
    const python::Whole place = at->is_array() ? python::whole(part) : python::Whole{};
    if (place.found == python::Whole::Found::number && place.value >= 0) {
      if (static_cast<std::size_t>(place.value) >= at->size()) return nullptr;
      at = &(*at)[static_cast<std::size_t>(place.value)];
      continue;
    }
    if (!at->is_object()) return nullptr;
    const auto found = at->find(part);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

// How much a template may ask for a line.
constexpr std::int64_t kWidest = 1000;

std::optional<std::int64_t> width_of(const std::optional<Json>& given, std::string_view filter,
                                     Position position) {
  if (!given) return std::nullopt;
  const auto width = python::integer(*given);
  if (width && *width <= kWidest) return width;
  throw Failure{position, fmt::format("the filter '{}' with an indent of {}", filter, python::repr(*given)),
                "give a number of blanks, 1000 at most"};
}

// None is no indent.
std::optional<std::int64_t> json_indent(Values values, const Json& named, std::size_t place,
                                        Position position) {
  const std::optional<Json> indent = argument(values, named, place, "indent");
  return indent && indent->is_null() ? std::nullopt : width_of(indent, "tojson", position);
}

// As transformers has it for chat templates.
Json to_json_of_chats(const Json& object, Values values, const Json& named, Position position) {
  if (argument(values, named, 2, "separators").value_or(Json()) != Json())
    throw Failure{position, "the filter 'tojson' with separators", "leave them out"};
  return python::json_dumps(
      object, {.indent = json_indent(values, named, 1, position),
               .sorted = python::truth(argument(values, named, 3, "sort_keys").value_or(false)),
               .ascii = python::truth(argument(values, named, 0, "ensure_ascii").value_or(false))});
}

// Jinja's own, for task files: safe inside HTML.
Json to_json(const Json& object, Values values, const Json& named, Position position, bool strict) {
  if (!strict) return to_json_of_chats(object, values, named, position);
  check_arguments({"tojson", "indent", nullptr}, values.size(), named, position);
  std::string json = python::json_dumps(
      object, {.indent = json_indent(values, named, 0, position), .sorted = true, .ascii = true});
  for (const auto& [character, code] :
       {std::pair{"<", "\\u003c"}, {">", "\\u003e"}, {"&", "\\u0026"}, {"'", "\\u0027"}})
    json = python::replace(json, character, code);
  return json;
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
  const std::string path = by_attribute ? path_of(values[0], position) : "";
  const std::string test = values.size() > skipped ? python::str(values[skipped]) : "";
  const bool asks_for_it = test == "defined" || test == "undefined";
  for (const Json& item : items_of(object, name, position)) {
    const Json* value = by_attribute ? attribute_of(item, path) : &item;
    if (value == nullptr && strict && !asks_for_it)
      throw Failure{position, fmt::format("an item without '{}'", path), "check the items"};
    bool passes = (value != nullptr) == (test != "undefined");
    if (value != nullptr && !asks_for_it) {
      passes = values.size() == skipped ? python::truth(*value)
                                        : apply_test(test, *value, values.subspan(skipped + 1), position);
    }
    if (passes == wanted) result.push_back(item);
  }
  return result;
}

Json map_items(const Json& object, Values values, const Json& named, Position position, bool strict) {
  Json result = Json::array();
  const bool by_attribute = named.contains("attribute");
  if (by_attribute != values.empty())
    throw Failure{position, "the filter 'map' without a filter or attribute, or with both", "name one"};
  for (const Json& item : items_of(object, "map", position)) {
    if (!by_attribute) {
      const std::string filter = python::str(values[0]);
      check_filter(filter, position);
      result.push_back(apply_filter(filter, item, values.subspan(1), Json::object(), position, strict));
      continue;
    }
    const std::string path = path_of(named["attribute"], position);
    const Json* value = attribute_of(item, path);
    const bool missing = value == nullptr && !named.contains("default");
    if (missing && strict)
      throw Failure{position, fmt::format("an item without '{}'", path), "check the items"};
    result.push_back(value != nullptr ? *value : missing ? Json("") : named["default"]);
  }
  return result;
}

Json indent(const Json& object, Values values, const Json& named, Position position, bool) {
  if (!object.is_string())
    throw Failure{position,
                  fmt::format("the filter 'indent' of a value of type {}", python::type_name(object)),
                  "give it text"};
  const Json width = argument(values, named, 0, "width").value_or(4);
  const bool first = python::truth(argument(values, named, 1, "first").value_or(false));
  const bool blank = python::truth(argument(values, named, 2, "blank").value_or(false));
  const auto blanks = [&] {
    return std::string(
        static_cast<std::size_t>(std::max<std::int64_t>(0, *width_of(width, "indent", position))), ' ');
  };
  const std::string space = width.is_string() ? width.get<std::string>() : blanks();
  std::string out = first ? space : "";
  const std::vector<std::string> lines = python::split_lines(object.get_ref<const std::string&>() + "\n");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += '\n';
    if (i > 0 && (blank || !lines[i].empty())) out += space;
    out += lines[i];
  }
  return out;
}

Json list(const Json& object, Values, const Json&, Position position, bool) {
  return items_of(object, "list", position);
}

Json pairs(const Json& object, Values, const Json&, Position position, bool) {
  if (!object.is_object())
    throw Failure{position, fmt::format("the items of a value of type {}", python::type_name(object)),
                  "give it a dict"};
  return call_method("items", object, {}, position);
}

// What items are compared by: an attribute or themselves, texts without regard to case unless it counts.
class Key {
 public:
  Key(const std::optional<Json>& attribute, const std::optional<Json>& case_counts, Position position)
      : case_counts_(case_counts && python::truth(*case_counts)), position_(position) {
    if (!attribute || attribute->is_null()) return;
    path_ = path_of(*attribute, position);
    if (path_->find(',') != std::string::npos)
      throw Failure{position, fmt::format("the attributes '{}'", *path_), "name one attribute"};
  }

  Json of(const Json& item) const {
    const Json* const by = path_ ? attribute_of(item, *path_) : &item;
    if (by == nullptr)
      throw Failure{position_, fmt::format("an item without '{}'", *path_), "check the items"};
    return by->is_string() && !case_counts_ ? Json(python::lower(by->get_ref<const std::string&>())) : *by;
  }

 private:
  bool case_counts_;
  Position position_;
  std::optional<std::string> path_;
};

Json unique(const Json& object, Values values, const Json& named, Position position, bool) {
  const Key key(argument(values, named, 1, "attribute"), argument(values, named, 0, "case_sensitive"),
                position);
  Json result = Json::array();
  std::vector<Json> seen;
  for (const Json& item : items_of(object, "unique", position)) {
    const Json own = key.of(item);
    if (own.is_structured())
      throw Failure{position, "the filter 'unique' of lists or dicts",
                    "name an attribute that is text or a number"};
    if (std::any_of(seen.begin(), seen.end(), [&](const Json& other) { return python::equal(other, own); }))
      continue;
    seen.push_back(own);
    result.push_back(item);
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

// Equal items keep their order, also in descending order.
Json in_order(std::vector<Json> items, bool descending, const std::function<Json(const Json&)>& key,
              Position position) {
  std::stable_sort(items.begin(), items.end(), [&](const Json& a, const Json& b) {
    const std::optional<int> order = python::order(key(a), key(b));
    if (!order) throw Failure{position, "a list whose items have no order", "sort numbers or texts"};
    return descending ? *order > 0 : *order < 0;
  });
  return items;
}

bool is_descending(const std::optional<Json>& given, std::string_view filter, Position position) {
  if (!given) return false;
  if (const auto number = python::integer(*given)) return *number != 0;
  throw Failure{position, fmt::format("the filter '{}' with reverse={}", filter, python::repr(*given)),
                "give true or false"};
}

Json sorted(const Json& object, Values values, const Json& named, Position position, bool) {
  const Key key(argument(values, named, 2, "attribute"), argument(values, named, 1, "case_sensitive"),
                position);
  return in_order(
      items_of(object, "sort", position),
      is_descending(argument(values, named, 0, "reverse"), "sort", position),
      [&](const Json& item) { return key.of(item); }, position);
}

Json sorted_pairs(const Json& object, Values values, const Json& named, Position position, bool strict) {
  const Json by = argument(values, named, 1, "by").value_or("key");
  if (by != Json("key") && by != Json("value"))
    throw Failure{position, fmt::format("the filter 'dictsort' by {}", python::repr(by)),
                  "sort by 'key' or 'value'"};
  const Key key(std::nullopt, argument(values, named, 0, "case_sensitive"), position);
  const std::size_t place = by == Json("key") ? 0 : 1;
  return in_order(
      pairs(object, {}, Json::object(), position, strict),
      is_descending(argument(values, named, 2, "reverse"), "dictsort", position),
      [&](const Json& pair) { return key.of(pair[place]); }, position);
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
  return python::str(object);
}

Json capitalize(const Json& object, Values, const Json&, Position, bool) {
  return python::capitalize(python::str(object));
}
Json title(const Json& object, Values, const Json&, Position, bool) {
  return python::titled_words(python::str(object));
}

constexpr std::array kNamed{
    NamedFilter{"tojson", "ensure_ascii indent separators sort_keys", to_json},
    NamedFilter{"select", "*", choose<true, false>},
    NamedFilter{"reject", "*", choose<false, false>},
    NamedFilter{"selectattr", "*", choose<true, true>},
    NamedFilter{"rejectattr", "*", choose<false, true>},
    NamedFilter{"map", "* attribute default", map_items},
    NamedFilter{"indent", "width first blank", indent},
    NamedFilter{"list", "", list},
    NamedFilter{"items", "", pairs},
    NamedFilter{"dictsort", "case_sensitive by reverse", sorted_pairs},
    NamedFilter{"unique", "case_sensitive attribute", unique},
    NamedFilter{"reverse", "", reversed},
    NamedFilter{"sort", "reverse case_sensitive attribute", sorted},
    NamedFilter{"int", "default base", to_int},
    NamedFilter{"safe", "", safe},
    NamedFilter{"capitalize", "", capitalize},
    NamedFilter{"title", "", title},
};

}  // namespace

std::span<const NamedFilter> named_filters() {
  return kNamed;
}

}  // namespace tsugi::eval::syntax
