// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/model_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace tsugi::merge {
namespace {

constexpr std::string_view kCachePrefix = "models--";

bool is_link(std::string_view text) {
  return text.rfind("https://", 0) == 0 || text.rfind("http://", 0) == 0;
}

std::string front_matter(const std::vector<std::string>& ids, const std::string& licence) {
  std::string text = "---\n";
  if (!licence.empty()) text += fmt::format("license: {}\n", licence);
  if (!ids.empty()) text += "base_model:\n";
  for (const std::string& id : ids) text += fmt::format("- {}\n", id);
  return text + "library_name: transformers\ntags:\n- mergekit\n- merge\n---\n";
}

// Longer than every run of backticks inside, so that the recipe cannot end its own block.
std::string fence_for(std::string_view text) {
  std::size_t longest = 2;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(longest + 1, '`');
}

std::string last_component(const std::filesystem::path& folder) {
  const std::filesystem::path plain = folder.lexically_normal();
  return (plain.has_filename() ? plain : plain.parent_path()).filename().string();
}

}  // namespace

std::string hub_id(const std::filesystem::path& folder) {
  const auto legal = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  };
  for (const std::filesystem::path& part : folder) {
    const std::string name = part.string();
    if (name.rfind(kCachePrefix, 0) != 0) continue;
    const std::string rest = name.substr(kCachePrefix.size());
    const std::size_t dashes = rest.find("--");
    const bool whole = dashes != std::string::npos && dashes > 0 && dashes + 2 < rest.size();
    if (whole && std::all_of(rest.begin(), rest.end(), legal))
      return rest.substr(0, dashes) + "/" + rest.substr(dashes + 2);
  }
  return "";
}

std::string display_name(const std::filesystem::path& folder) {
  const std::string id = hub_id(folder);
  return id.empty() ? last_component(folder) : id;
}

std::string model_card_text(const ModelCard& card) {
  std::vector<std::string> ids;
  std::vector<std::string> shown;
  for (const std::filesystem::path& folder : card.models) {
    const std::string id = hub_id(folder);
    const std::string name = display_name(folder);
    if (!id.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    if (std::find(shown.begin(), shown.end(), name) == shown.end()) shown.push_back(name);
  }
  std::string text = front_matter(ids, card.licence) +
                     fmt::format("# {}\n\nA merge of language models, made with ", card.name);
  text += card.version.empty() ? "Tsugi.\n" : fmt::format("Tsugi {}, seed {}.\n", card.version, card.seed);
  if (!card.method.empty()) {
    text += "\n## Method\n\n";
    text += is_link(card.source)  ? fmt::format("[{}]({})\n", card.method, card.source)
            : card.source.empty() ? card.method + "\n"
                                  : fmt::format("{} ({})\n", card.method, card.source);
  }
  text += "\n## Models\n\n";
  for (const std::string& name : shown) text += fmt::format("- {}\n", name);
  if (card.recipe.empty()) return text;
  const std::string fence = fence_for(card.recipe);
  return text + fmt::format("\n## Recipe\n\n{0}yaml\n{1}{2}{0}\n", fence, card.recipe,
                            card.recipe.back() == '\n' ? "" : "\n");
}

}  // namespace tsugi::merge
