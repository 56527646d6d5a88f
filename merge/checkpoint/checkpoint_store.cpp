// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Where a recipe's models are found.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "merge/adapter/apply.h"
#include "merge/checkpoint/checkpoint.h"
#include "merge/checkpoint/hub_cache.h"
#include "merge/checkpoint/json.h"
#include "merge/vocabulary/cache.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

[[noreturn]] void refuse(Mark mark, const std::string& recipe_file, const std::string& text,
                         std::string_view what) {
  if (mark.file.empty()) mark.file = recipe_file.empty() ? "model" : recipe_file;
  const auto hub = hub_name(text);
  if (hub && hub->id.find('/') != std::string::npos) {
    throw InputError(mark,
                     fmt::format("{} is neither a local folder nor in the Hugging Face cache, {}",
                                 cited(text), hub_cache().string()),
                     fmt::format("download it first: {}", hub->download()));
  }
  throw InputError(
      mark, fmt::format("{} {} is neither in the working directory nor beside the recipe", what, cited(text)),
      fmt::format("check the path of the {} folder", what));
}

}  // namespace

// A path from the working directory, else beside the recipe, else a name in the hub's cache.
std::optional<fs::path> CheckpointStore::find(const std::string& text, const std::string& recipe_file) {
  if (text.empty()) return std::nullopt;
  if (is_there(text)) return text;
  std::optional<fs::path> found;
  const fs::path beside = fs::path(recipe_file).parent_path() / text;
  if (!recipe_file.empty() && is_there(beside)) {
    found = beside;
  } else if (const auto name = hub_name(text)) {
    found = find_in_hub_cache(*name);
  }
  if (!found) return std::nullopt;
  const std::string note = fmt::format("{} read from {}", text, found->string());
  if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(note);
  return found;
}

std::shared_ptr<const Checkpoint> CheckpointStore::open(const fs::path& folder) {
  std::error_code ignored;
  const fs::path key = fs::canonical(folder, ignored);
  std::shared_ptr<const Checkpoint>& checkpoint = open_[key.empty() ? folder : key];
  if (checkpoint == nullptr) checkpoint = Checkpoint::open(folder);
  return checkpoint;
}

std::shared_ptr<const Checkpoint> CheckpointStore::get(const recipes::ModelReference& reference,
                                                       const std::string& recipe_file) {
  const std::string& text = reference.text;
  if (const auto lent = lent_.find(text); lent != lent_.end()) return lent->second;
  if (const auto folder = find(text, recipe_file)) return open(*folder);
  const std::size_t plus = text.find('+');
  if (plus == std::string::npos) refuse(reference.mark, recipe_file, text, "model");
  const std::string model = text.substr(0, plus);
  const std::string adapter = text.substr(plus + 1);
  if (adapter.find('+') != std::string::npos) {
    Mark mark = reference.mark;
    if (mark.file.empty()) mark.file = "model";
    throw InputError(mark, fmt::format("{} names more than one adapter", cited(text)),
                     "write MODEL+ADAPTER; merge the first adapter to apply a second");
  }
  const auto folder = find(model, recipe_file);
  if (!folder) refuse(reference.mark, recipe_file, model, "model");
  const auto adapter_folder = find(adapter, recipe_file);
  if (!adapter_folder) refuse(reference.mark, recipe_file, adapter, "adapter");
  std::error_code ignored;
  const fs::path key = fmt::format("{}+{}", fs::canonical(*folder, ignored).string(),
                                   fs::canonical(*adapter_folder, ignored).string());
  std::shared_ptr<const Checkpoint>& checkpoint = open_[key];
  if (checkpoint == nullptr) checkpoint = apply_adapter(open(*folder), *adapter_folder);
  return checkpoint;
}

VocabularyCache& CheckpointStore::vocabularies() {
  if (vocabularies_ == nullptr) vocabularies_ = std::make_shared<VocabularyCache>();
  return *vocabularies_;
}

}  // namespace tsugi::merge
