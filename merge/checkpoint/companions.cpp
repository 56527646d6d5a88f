// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/companions.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "merge/checkpoint/mapped_file.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 24> kNames{"tokenizer.json",
                                                  "tokenizer_config.json",
                                                  "special_tokens_map.json",
                                                  "added_tokens.json",
                                                  "vocab.json",
                                                  "vocab.txt",
                                                  "merges.txt",
                                                  "tokenizer.model",
                                                  "tokenizer.model.v3",
                                                  "tekken.json",
                                                  "spiece.model",
                                                  "sentencepiece.bpe.model",
                                                  "chat_template.jinja",
                                                  "chat_template.json",
                                                  "generation_config.json",
                                                  "preprocessor_config.json",
                                                  "processor_config.json",
                                                  "video_preprocessor_config.json",
                                                  "normalizer.json",
                                                  "modules.json",
                                                  "sentence_bert_config.json",
                                                  "config_sentence_transformers.json",
                                                  "NOTICE",
                                                  "USE_POLICY.md"};
constexpr std::array<std::string_view, 4> kStarts{"LICENSE", "LICENCE", "NOTICE.", "image_processor"};
constexpr std::array<std::string_view, 2> kFolders{"additional_chat_templates", "1_Pooling"};

bool goes_along(const std::string& name) {
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
  return std::any_of(kStarts.begin(), kStarts.end(),
                     [&](std::string_view start) { return name.rfind(start, 0) == 0; });
}

bool is_code(const std::string& name) {
  constexpr std::string_view kEnd = ".py";
  return name.size() > kEnd.size() && name.substr(name.size() - kEnd.size()) == kEnd;
}

template <class Test>
void add_files(const fs::path& folder, const Test& test, std::vector<fs::path>& out) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (test(name) && fs::is_regular_file(entry->path(), ignored)) out.push_back(folder / name);
  }
  if (error)
    throw InputError(folder.string(), "cannot be listed: " + error.message(), "check the folder's rights");
}

std::vector<Companion> below(const fs::path& folder, std::vector<fs::path> files) {
  std::sort(files.begin(), files.end());
  std::vector<Companion> found;
  for (const fs::path& file : files) {
    found.push_back({.name = file.lexically_relative(folder).string(), .file = file});
  }
  return found;
}

}  // namespace

std::string Companion::content() const {
  if (file.empty()) return text;
  const MappedFile mapped(file);
  return {reinterpret_cast<const char*>(mapped.bytes().data()), mapped.bytes().size()};
}

std::uint64_t Companion::size() const {
  return file.empty() ? text.size() : MappedFile(file).bytes().size();
}

std::vector<Companion> find_companions(const fs::path& folder) {
  std::vector<fs::path> files;
  add_files(folder, goes_along, files);
  for (const std::string_view name : kFolders) {
    std::error_code ignored;
    const auto all = [](const std::string&) { return true; };
    if (fs::is_directory(folder / name, ignored)) add_files(folder / name, all, files);
  }
  return below(folder, std::move(files));
}

std::vector<Companion> find_code(const fs::path& folder) {
  std::vector<fs::path> files;
  add_files(folder, is_code, files);
  return below(folder, std::move(files));
}

}  // namespace tsugi::merge
