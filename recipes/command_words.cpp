// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/command_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tsugi::recipes {
namespace {

constexpr std::array<std::string_view, 4> kPlaceholders = {"{model}", "{items}", "{samples}", "{output}"};
constexpr std::string_view kBlanks = " \t\r\n";

std::vector<std::string> split_words(const YamlValue& value) {
  const std::string text = value.text("command");
  std::vector<std::string> words;
  std::string word;
  bool inside = false;  // a word, which quotes may leave empty
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      const std::size_t end = text.find(c, i + 1);
      if (end == std::string::npos)
        throw InputError(value.mark(), fmt::format("command: a quote {} without its end", c), "close it");
      word.append(text, i + 1, end - i - 1);
      inside = true;
      i = end;
    } else if (kBlanks.find(c) == std::string_view::npos) {
      word += c;
      inside = true;
    } else if (inside) {
      words.push_back(std::exchange(word, {}));
      inside = false;
    }
  }
  if (inside) words.push_back(word);
  return words;
}

std::vector<std::string> words_of(const YamlValue& value) {
  if (!value.is_list()) return split_words(value);
  std::vector<std::string> words;
  for (const YamlValue& word : value.list("command")) words.push_back(word.text("a word of the command"));
  return words;
}

// Only what looks like a placeholder: {"a": 1} stays as it is.
void check_placeholders(const YamlValue& value, const std::string& word) {
  for (std::size_t begin = word.find('{'); begin != std::string::npos; begin = word.find('{', begin + 1)) {
    const std::size_t end = word.find('}', begin);
    if (end == std::string::npos) return;
    const std::string found = word.substr(begin, end - begin + 1);
    const bool plain = found.size() > 2 && std::all_of(found.begin() + 1, found.end() - 1, [](char c) {
                         return (c >= 'a' && c <= 'z') || c == '_';
                       });
    if (!plain || std::find(kPlaceholders.begin(), kPlaceholders.end(), found) != kPlaceholders.end())
      continue;
    throw InputError(value.mark(), fmt::format("unknown placeholder {} in the command", found),
                     suggestion(found, std::vector<std::string>(kPlaceholders.begin(), kPlaceholders.end())));
  }
}

}  // namespace

std::vector<std::string> read_command_words(const YamlValue& value) {
  std::vector<std::string> words = words_of(value);
  if (words.empty() || words.front().empty()) {
    value.refuse("command", "a program and its arguments",
                 "write for example [python3, score.py, \"{model}\", \"{items}\", \"{output}\"]");
  }
  for (const std::string& word : words) check_placeholders(value, word);
  if (!has(words, Placeholder::model)) {
    throw InputError(value.mark(), "the command has no {model}",
                     "put {model} where the program takes the folder of the model");
  }
  if (!has(words, Placeholder::items) && !has(words, Placeholder::samples)) {
    throw InputError(
        value.mark(),
        "the command has neither {items} nor {samples}: the program cannot know what it is asked",
        "put {items} (a file of the asked items, JSON lines) or {samples} (a file for lm_eval's --samples) "
        "where the program takes it");
  }
  return words;
}

std::string_view text_of(Placeholder placeholder) {
  return kPlaceholders.at(static_cast<std::size_t>(placeholder));
}

bool has(const std::vector<std::string>& words, Placeholder placeholder) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return word.find(text_of(placeholder)) != std::string::npos;
  });
}

std::string filled(std::string text, Placeholder placeholder, std::string_view value) {
  const std::string_view sought = text_of(placeholder);
  for (std::size_t at = text.find(sought); at != std::string::npos; at = text.find(sought, at + value.size()))
    text.replace(at, sought.size(), value);
  return text;
}

}  // namespace tsugi::recipes
