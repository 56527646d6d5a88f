// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/json_text.h"

#include <fmt/format.h>

#include <utility>

namespace tsugi::merge {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// One past the closing quote of the string that begins at `at`.
std::size_t skip_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

// One past the value that begins at `at`. The text is valid, so brackets need counting only.
std::size_t skip_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at;
      continue;
    } else if (c == '}' || c == ']') {
      --depth;
      ++at;
    } else if (depth > 0 && (is_space(c) || c == ',' || c == ':')) {
      ++at;
      continue;
    } else {  // a number or a word
      while (at < text.size() && !is_space(text[at]) && text[at] != ',' && text[at] != '}' && text[at] != ']')
        ++at;
    }
    if (depth == 0) return at;
  }
  return at;
}

std::string decoded(std::string_view quoted) {
  if (quoted.find('\\') == std::string_view::npos) return std::string(quoted.substr(1, quoted.size() - 2));
  return nlohmann::json::parse(quoted).get<std::string>();
}

}  // namespace

JsonText::Parts JsonText::parts(std::size_t at) const {
  const bool object = text_[at] == '{';
  Parts found{at, at, {}};
  for (std::size_t here = skip_space(text_, at + 1);;) {
    if (text_[here] == '}' || text_[here] == ']') {
      found.end = here + 1;
      return found;
    }
    Child child{here, here, here};
    if (object) {
      const std::size_t colon = skip_space(text_, skip_string(text_, here));
      child.value = skip_space(text_, colon + 1);
    }
    child.end = skip_value(text_, child.value);
    found.children.push_back(child);
    here = skip_space(text_, child.end);
    if (text_[here] == ',') here = skip_space(text_, here + 1);
  }
}

std::optional<JsonText::Child> JsonText::member(std::size_t object, std::string_view key) const {
  if (text_[object] != '{') return std::nullopt;
  const std::string_view text = text_;
  for (const Child& child : parts(object).children) {
    const std::size_t end = skip_string(text, child.begin);
    if (decoded(text.substr(child.begin, end - child.begin)) == key) return child;
  }
  return std::nullopt;
}

std::optional<std::size_t> JsonText::place_of(const Path& path) const {
  std::size_t at = skip_space(text_, 0);
  for (const std::string_view key : path) {
    const std::optional<Child> found = member(at, key);
    if (!found) return std::nullopt;
    at = found->value;
  }
  return at;
}

std::string JsonText::lead_of(const Parts& parts) const {
  if (!parts.children.empty())
    return text_.substr(parts.begin + 1, parts.children.front().begin - parts.begin - 1);
  // An empty container of a text in lines: one step further in than the line it stands in.
  if (text_.find('\n') == std::string::npos || parts.begin == 0) return "";
  const std::size_t line = text_.rfind('\n', parts.begin);
  if (line == std::string::npos) return "\n  ";
  return fmt::format("\n{}  ", text_.substr(line + 1, skip_space(text_, line) - line - 1));
}

std::string JsonText::laid_out(const Json& value, std::string_view lead) const {
  const std::size_t line = lead.rfind('\n');
  if (line == std::string_view::npos) return value.dump();
  const std::string text = value.dump(2);
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '\n') out += lead.substr(line + 1);
  }
  return out;
}

// Behind the last child.
void JsonText::add(const Parts& parts, const std::vector<std::string>& texts) {
  const std::string lead = lead_of(parts);
  std::string separator = fmt::format(",{}", lead);
  if (parts.children.size() > 1) {
    separator = text_.substr(parts.children[0].end, parts.children[1].begin - parts.children[0].end);
  }
  std::string added;
  for (const std::string& text : texts) {
    added += parts.children.empty() && added.empty() ? lead : separator;
    added += text;
  }
  if (!parts.children.empty()) {
    text_.insert(parts.children.back().end, added);
    return;
  }
  const std::size_t line = lead.rfind('\n');
  if (line != std::string::npos && !texts.empty()) added += fmt::format("\n{}", lead.substr(line + 3));
  text_.replace(parts.begin + 1, parts.end - parts.begin - 2, added);
}

void JsonText::set(const Path& path, const Json& value) {
  const Path parent(path.begin(), path.end() - 1);
  const Parts holder = parts(place_of(parent).value());
  if (const std::optional<Child> child = member(holder.begin, path.back())) {
    text_.replace(child->value, child->end - child->value, laid_out(value, lead_of(holder)));
    return;
  }
  add(holder, {member_text(holder, path.back(), value)});
}

std::string JsonText::member_text(const Parts& holder, std::string_view key, const Json& value) const {
  const bool tight = !holder.children.empty() && text_[holder.children.front().value - 1] == ':';
  return fmt::format("{}:{}{}", Json(std::string(key)).dump(), tight ? "" : " ",
                     laid_out(value, lead_of(holder)));
}

void JsonText::erase(const Path& path) {
  const Path parent(path.begin(), path.end() - 1);
  filter(parent, [&](const std::string& key, std::string_view) { return key != path.back(); });
}

void JsonText::filter(const Path& path,
                      const std::function<bool(const std::string& key, std::string_view value)>& keep) {
  const std::optional<std::size_t> at = place_of(path);
  if (!at || (text_[*at] != '{' && text_[*at] != '[')) return;
  const bool object = text_[*at] == '{';
  const Parts whole = parts(*at);
  const std::string_view text = text_;
  std::string kept;
  std::size_t count = 0;
  for (std::size_t i = 0; i < whole.children.size(); ++i) {
    const Child& child = whole.children[i];
    const std::size_t key_end = object ? skip_string(text, child.begin) : child.begin;
    const std::string key = object ? decoded(text.substr(child.begin, key_end - child.begin)) : std::string();
    if (!keep(key, text.substr(child.value, child.end - child.value))) continue;
    // What stands before a child: for the first that is kept, what stood before the very first.
    const Child& before = whole.children[count == 0 ? 0 : i - 1];
    const std::size_t from = count == 0 ? whole.begin + 1 : before.end;
    const std::size_t to = count == 0 ? whole.children.front().begin : child.begin;
    kept.append(text.substr(from, to - from)).append(text.substr(child.begin, child.end - child.begin));
    ++count;
  }
  if (count == whole.children.size()) return;
  const std::size_t tail = count == 0 ? whole.end - 1 : whole.children.back().end;
  text_.replace(whole.begin + 1, tail - whole.begin - 1, kept);
}

void JsonText::append(const Path& path, const std::vector<Json>& elements) {
  if (elements.empty()) return;
  const Parts whole = parts(place_of(path).value());
  const std::string lead = lead_of(whole);
  std::vector<std::string> texts;
  for (const Json& element : elements) texts.push_back(laid_out(element, lead));
  add(whole, texts);
}

void JsonText::append_members(const Path& path, const std::vector<std::pair<std::string, Json>>& members) {
  if (members.empty()) return;
  const Parts whole = parts(place_of(path).value());
  std::vector<std::string> texts;
  for (const auto& [key, value] : members) texts.push_back(member_text(whole, key, value));
  add(whole, texts);
}

}  // namespace tsugi::merge
