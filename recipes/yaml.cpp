// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/yaml.h"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <utility>
#include <vector>

#include "recipes/yaml_guard.h"

namespace tsugi::recipes {
namespace {

constexpr std::string_view kMergeKey = "<<";

using KeyPlaces = std::map<std::string, YAML::Node, std::less<>>;

Mark place(const YAML::Mark& mark, const std::string& file) {
  return {file, mark.line + 1, mark.column + 1};
}

bool is_merge_key(const YAML::Node& key) {
  return key.Tag() == "?" && key.Scalar() == kMergeKey;
}

/// The keys of a mapping; refuses keys that are no text and keys that stand twice.
KeyPlaces keys_of(const YAML::Node& mapping, const std::string& file) {
  KeyPlaces keys;
  for (const auto& pair : mapping) {
    const Mark mark = mark_of(pair.first, file);
    if (!pair.first.IsScalar()) {
      throw InputError(mark, "a mapping key that is no text", "write keys as plain words");
    }
    const auto [first, fresh] = keys.emplace(pair.first.Scalar(), pair.first);
    if (!fresh) {
      throw InputError(mark,
                       fmt::format("key '{}' for the second time (first in line {})", first->first,
                                   mark_of(first->second, file).line),
                       "keep one of the two");
    }
  }
  return keys;
}

/// Takes the pairs of `source` whose keys `target` does not have yet.
void take_missing(YAML::Node& target, KeyPlaces& keys, const YAML::Node& source, const std::string& file) {
  if (!source.IsMap()) {
    throw InputError(mark_of(source, file), "'<<' with something that is no mapping",
                     "give it an alias of a mapping, or a list of such aliases");
  }
  for (const auto& pair : source) {
    if (keys.emplace(pair.first.Scalar(), pair.first).second) target.force_insert(pair.first, pair.second);
  }
}

void merge_into(YAML::Node& mapping, KeyPlaces& keys, const std::string& file) {
  const auto found = keys.find(kMergeKey);
  if (found == keys.end() || !is_merge_key(found->second)) return;
  const YAML::Node key = found->second;
  YAML::Node merged;
  for (const auto& pair : mapping) {
    if (pair.first.is(key)) merged.reset(pair.second);
  }
  mapping.remove(key);
  keys.erase(found);
  if (!merged.IsSequence()) return take_missing(mapping, keys, merged, file);
  for (const auto& source : merged) take_missing(mapping, keys, source, file);
}

/// Checks keys and carries out merge keys, children first, so that what is merged is already complete. The
/// guard has bounded depth and size, aliases included; a node met again through an alias has nothing left to
/// do.
void settle_mappings(YAML::Node node, const std::string& file) {
  if (node.IsSequence()) {
    for (const auto& item : node) settle_mappings(item, file);
  } else if (node.IsMap()) {
    KeyPlaces keys = keys_of(node, file);
    for (const auto& pair : node) settle_mappings(pair.second, file);
    merge_into(node, keys, file);
  }
}

std::vector<YAML::Node> load(std::string_view text, const std::string& file, Documents allowed,
                             std::string_view scalar_tag = {}) {
  check_yaml_text(text, file);
  try {
    check_yaml_events(text, file, allowed, scalar_tag);
    std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    for (const YAML::Node& document : documents) settle_mappings(document, file);
    return documents;
  } catch (const YAML::Exception& error) {
    throw InputError(place(error.mark, file), fmt::format("broken YAML ({})", error.msg),
                     "look for a missing quote, colon, bracket or indent at or above this place");
  }
}

}  // namespace

Mark mark_of(const YAML::Node& node, const std::string& file) {
  return place(node.Mark(), file);
}

YAML::Node load_yaml(std::string_view text, const std::string& file, std::string_view scalar_tag) {
  const std::vector<YAML::Node> documents = load(text, file, Documents::one, scalar_tag);
  return documents.empty() ? YAML::Node() : documents.front();
}

std::vector<YAML::Node> load_yaml_documents(std::string_view text, const std::string& file) {
  return load(text, file, Documents::several);
}

std::string read_yaml_text(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) throw InputError(file.string(), "no such file", "check the path");
  if (std::filesystem::is_directory(status)) {
    throw InputError(file.string(), "this is a folder, expected a YAML file", "give the file in it");
  }
  std::ifstream in(file, std::ios::binary);
  std::string text;
  std::string part(std::size_t{1} << 16U, '\0');  // most files are one; searches for a task read thousands
  // A byte more than allowed tells a larger file, even from a pipe.
  while (in.good() && text.size() <= kMaxYamlBytes) {
    in.read(part.data(), static_cast<std::streamsize>(part.size()));
    text.append(part, 0, static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad() || !(in.eof() || in.good())) {
    throw InputError(file.string(), "the file cannot be read", "check its permissions");
  }
  check_yaml_size(text.size(), file.string());
  return text;
}

}  // namespace tsugi::recipes
