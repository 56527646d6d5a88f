// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/chat_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "recipes/yaml_value.h"

namespace tsugi::recipes {
namespace {

struct EmbeddedTemplate {
  std::string_view name;
  std::string_view text;
};

constexpr EmbeddedTemplate kTemplates[] = {
#include "chat_templates.inc"
};

// mergekit's rule for what is a template at all.
constexpr std::size_t kShortestJinja = 20;

constexpr std::array<std::string_view, 6> kBlocks{"if", "for", "macro", "call", "filter", "generation"};

std::string_view first_word(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  std::size_t begin = text.find_first_not_of(" \t\r\n-+");
  if (begin == std::string_view::npos) return {};
  std::size_t end = begin;
  while (end < text.size() && is_letter(text[end])) ++end;
  return text.substr(begin, end - begin);
}

/// Goes through a template tag by tag.
class Tags {
 public:
  explicit Tags(std::string_view text) : text_(text) {}

  std::string fault() {
    while (next_tag()) {
      const char kind = text_[at_ + 1];
      const std::size_t end = end_of(kind);
      if (end == std::string_view::npos)
        return fmt::format("'{{{}' in line {} is never closed", kind, line());
      const std::string_view body = text_.substr(at_ + 2, end - at_ - 2);
      if (kind == '%') {
        std::string found = statement(body);
        if (!found.empty()) return found;
      }
      at_ = std::max(at_, end + 2);
    }
    return open_.empty() ? "" : fmt::format("'{{% {} %}}' is never closed", open_.back());
  }

 private:
  bool next_tag() {
    for (at_ = text_.find('{', at_); at_ != std::string_view::npos; at_ = text_.find('{', at_ + 1)) {
      if (at_ + 1 < text_.size() && std::string_view("{%#").find(text_[at_ + 1]) != std::string_view::npos)
        return true;
    }
    return false;
  }

  /// Where "}}", "%}" or "#}" stands outside quotes.
  std::size_t end_of(char kind) const {
    const char close = kind == '{' ? '}' : kind;
    char quote = 0;
    for (std::size_t i = at_ + 2; i + 1 < text_.size(); ++i) {
      const char c = text_[i];
      if (quote != 0) {
        if (c == '\\') ++i;
        if (c == quote) quote = 0;
      } else if (kind != '#' && (c == '\'' || c == '"')) {
        quote = c;
      } else if (c == close && text_[i + 1] == '}') {
        return i;
      }
    }
    return std::string_view::npos;
  }

  std::string statement(std::string_view body) {
    const std::string_view word = first_word(body);
    if (std::find(kBlocks.begin(), kBlocks.end(), word) != kBlocks.end()) {
      open_.push_back(word);
    } else if (word == "set" && body.find('=') == std::string_view::npos) {
      open_.push_back(word);
    } else if (word == "raw") {
      return skip_raw();
    } else if (word.substr(0, 3) == "end") {
      if (open_.empty() || word.substr(3) != open_.back())
        return fmt::format("'{{% {} %}}' in line {} closes nothing", word, line());
      open_.pop_back();
    }
    return "";
  }

  std::string skip_raw() {
    const std::size_t end = text_.find("endraw", at_);
    if (end == std::string_view::npos) return "'{% raw %}' is never closed";
    at_ = std::min(text_.find("%}", end), text_.size() - 2) + 2;
    return "";
  }

  std::size_t line() const {
    return static_cast<std::size_t>(
        1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;
};

}  // namespace

std::vector<std::string> chat_template_names() {
  std::vector<std::string> names;
  for (const EmbeddedTemplate& row : kTemplates) names.emplace_back(row.name);
  return names;
}

std::optional<std::string> named_chat_template(std::string_view name) {
  for (const EmbeddedTemplate& row : kTemplates) {
    if (row.name == name) return std::string(row.text);
  }
  return std::nullopt;
}

std::string jinja_fault(std::string_view text) {
  return Tags(text).fault();
}

std::optional<ChatTemplate> read_chat_template(const YamlMapping& parent) {
  const YamlMapping::Entry* entry = parent.find("chat_template");
  if (entry == nullptr) return std::nullopt;
  const std::string text = entry->value.text("chat_template");
  if (text != "auto" && !named_chat_template(text)) {
    if (text.size() < kShortestJinja || text.find('{') == std::string::npos) {
      std::vector<std::string> known = chat_template_names();
      known.insert(known.begin(), "auto");
      entry->value.refuse("chat_template", "auto, a known name or a Jinja template", suggestion(text, known));
    }
    const std::string fault = jinja_fault(text);
    if (!fault.empty()) {
      throw InputError(entry->value.mark(), fmt::format("chat_template is broken: {}", fault),
                       "correct the template, or name one");
    }
  }
  return ChatTemplate{.text = text, .mark = entry->value.mark()};
}

}  // namespace tsugi::recipes
