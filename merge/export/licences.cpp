// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/licences.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "merge/export/model_card.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

// Licence texts have tens of kilobytes; what is longer is something else.
constexpr std::size_t kLongest = std::size_t{1} << 20;

std::string head_of(const fs::path& file) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return "";
  std::ifstream in(file, std::ios::binary);
  std::string text(kLongest, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return text;
}

bool is_word(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == '+';
  });
}

std::string licence_text(const fs::path& folder) {
  constexpr std::array<const char*, 4> kNames{"LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE"};
  for (const char* name : kNames) {
    if (std::string text = head_of(folder / name); !text.empty()) return text;
  }
  return "";
}

}  // namespace

std::string declared_licence(const fs::path& folder) {
  const std::string text = head_of(folder / "README.md");
  constexpr std::string_view kFence = "---";
  constexpr std::string_view kKey = "license:";
  std::size_t begin = 0;
  for (std::size_t line_number = 0; begin < text.size(); ++line_number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.pop_back();
    if (line_number == 0 && line != kFence) return "";
    if (line_number > 0 && line == kFence) return "";
    if (line.rfind(kKey, 0) != 0) continue;
    std::string value = line.substr(kKey.size());
    value.erase(0, value.find_first_not_of(" \t"));
    return is_word(value) ? value : "";
  }
  return "";
}

std::string common_licence(const std::vector<fs::path>& folders) {
  if (folders.empty()) return "";
  const std::string first = declared_licence(folders.front());
  // "other" says that the text says it: not the same thing in two places.
  if (first == "other" || first == "unknown") return "";
  const bool all = std::all_of(folders.begin(), folders.end(),
                               [&](const fs::path& folder) { return declared_licence(folder) == first; });
  return all ? first : "";
}

std::vector<std::string> licence_notes(const std::vector<fs::path>& folders) {
  std::vector<std::string> notes;
  for (std::size_t i = 1; i < folders.size(); ++i) {
    const std::string here = declared_licence(folders[i - 1]);
    const std::string next = declared_licence(folders[i]);
    const std::string here_text = licence_text(folders[i - 1]);
    const std::string next_text = licence_text(folders[i]);
    const std::string names =
        fmt::format("{} and {}", display_name(folders[i - 1]), display_name(folders[i]));
    if (!here.empty() && !next.empty() && here != next) {
      notes.push_back(fmt::format("{} have different licences: {} and {}", names, here, next));
    } else if (!here_text.empty() && !next_text.empty() && here_text != next_text) {
      notes.push_back(fmt::format("{} have different LICENSE files", names));
    }
  }
  return notes;
}

}  // namespace tsugi::merge
