// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/typed_yaml.h"

#include <fmt/format.h>

#include <algorithm>

#include "eval/tasks/folded_scalar.h"
#include "eval/tasks/quoted_scalar.h"
#include "recipes/yaml.h"
#include "recipes/yaml_guard.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kYamlTag = "tag:yaml.org,2002:";

constexpr std::string_view kFunctionTag = "!function";

Json scalar_of(const YAML::Node& node, const Mark& mark, std::string_view source) {
  const std::string& text = node.Scalar();
  const std::string& tag = node.Tag();
  if (tag == "!") {
    const auto at = static_cast<std::size_t>(std::max(0, node.Mark().pos));
    const auto lines = read_long_quoted(source, at);
    return lines ? *lines : with_kept_ends(text, source, at);
  }
  if (tag == std::string(kYamlTag) + "str") return text;
  const Json value = resolve_plain_scalar(text, mark);
  if (tag == "?" || tag.empty()) return value;
  const std::string_view wanted = std::string_view(tag).substr(kYamlTag.size());
  if (wanted == "float" && value.is_number()) return value.get<double>();
  const bool fits = (wanted == "int" && value.is_number_integer()) ||
                    (wanted == "bool" && value.is_boolean()) || (wanted == "null" && value.is_null());
  if (!fits) throw InputError(mark, fmt::format("'{}' with the tag '!!{}'", text, wanted), "remove the tag");
  return value;
}

TypedYaml typed(const YAML::Node& node, const std::string& file, std::string_view source) {
  TypedYaml value;
  value.mark = recipes::mark_of(node, file);
  if (node.IsScalar() && node.Tag() == kFunctionTag) {
    value.function = node.Scalar();
    if (value.function.find('.') == std::string::npos)
      throw InputError(value.mark, fmt::format("'{} {}' names no function", kFunctionTag, value.function),
                       "write !function MODULE.NAME");
  } else if (node.IsScalar()) {
    value.scalar = scalar_of(node, value.mark, source);
  } else if (node.IsSequence()) {
    value.is_list = true;
    for (const auto& item : node) value.items.push_back(typed(item, file, source));
  } else if (node.IsMap()) {
    value.is_mapping = true;
    for (const auto& pair : node) {
      const Mark mark = recipes::mark_of(pair.first, file);
      if (pair.first.Tag() == kFunctionTag) throw InputError(mark, "a function as a key", "remove the tag");
      const bool is_text = scalar_of(pair.first, mark, source).is_string();
      value.members.push_back({pair.first.Scalar(), is_text, mark, typed(pair.second, file, source)});
    }
  }
  return value;
}

}  // namespace

const TypedYaml* TypedYaml::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Json TypedYaml::json() const {
  if (is_list) {
    Json list = Json::array();
    for (const TypedYaml& item : items) list.push_back(item.json());
    return list;
  }
  if (!function.empty()) return fmt::format("{} {}", kFunctionTag, function);
  if (!is_mapping) return scalar;
  Json mapping = Json::object();
  for (const Member& member : members) mapping[member.key] = member.value.json();
  return mapping;
}

std::string TypedYaml::seen() const {
  if (is_list) return "a list";
  if (is_mapping) return "a mapping";
  if (is_null()) return "nothing";
  if (!function.empty()) return fmt::format("'{} {}'", kFunctionTag, function);
  return is_text() ? fmt::format("'{}'", scalar.get<std::string>()) : scalar.dump();
}

TypedYaml read_typed_yaml(std::string_view text, const std::string& file) {
  return typed(recipes::load_yaml(text, file, kFunctionTag), file, recipes::without_bom(text));
}

}  // namespace tsugi::eval
