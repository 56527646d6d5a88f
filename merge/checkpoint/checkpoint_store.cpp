// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Where a recipe's models are found.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "merge/checkpoint/checkpoint.h"
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

// "org/name", as the Hugging Face hub names models.
bool looks_like_hub_id(const std::string& text) {
  const auto legal = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-' || c == '/';
  };
  return !text.empty() && std::isalnum(static_cast<unsigned char>(text[0])) != 0 &&
         std::count(text.begin(), text.end(), '/') == 1 && text.back() != '/' &&
         std::all_of(text.begin(), text.end(), legal);
}

[[noreturn]] void refuse(const recipes::ModelReference& reference, const std::string& recipe_file) {
  recipes::ModelReference named = reference;
  if (named.mark.file.empty()) named.mark.file = recipe_file.empty() ? "model" : recipe_file;
  const std::string name = cited(reference.text);
  if (reference.text.find('+') != std::string::npos) {
    throw InputError(named.mark,
                     fmt::format("{} is not a local folder; MODEL+ADAPTER is not read by this version", name),
                     "merge the adapter into its base model first and name the result");
  }
  if (looks_like_hub_id(reference.text)) {
    throw InputError(
        named.mark, fmt::format("{} is not a local folder, and models are not downloaded on the way", name),
        fmt::format("download it first, e.g. 'hf download {0} --local-dir {0}'", reference.text));
  }
  throw InputError(named.mark,
                   fmt::format("model {} is neither in the working directory nor beside the recipe", name),
                   "check the path of the model folder");
}

}  // namespace

std::shared_ptr<const Checkpoint> CheckpointStore::get(const recipes::ModelReference& reference,
                                                       const std::string& recipe_file) {
  fs::path folder = reference.text;
  if (reference.text.empty()) refuse(reference, recipe_file);
  if (!is_there(folder)) {
    folder = fs::path(recipe_file).parent_path() / reference.text;
    if (recipe_file.empty() || !is_there(folder)) refuse(reference, recipe_file);
    const std::string note = fmt::format("{} read from {}", reference.text, folder.string());
    if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(note);
  }
  std::error_code ignored;
  const fs::path key = fs::canonical(folder, ignored);
  std::shared_ptr<const Checkpoint>& checkpoint = open_[key.empty() ? folder : key];
  if (checkpoint == nullptr) checkpoint = Checkpoint::open(folder);
  return checkpoint;
}

VocabularyCache& CheckpointStore::vocabularies() {
  if (vocabularies_ == nullptr) vocabularies_ = std::make_shared<VocabularyCache>();
  return *vocabularies_;
}

}  // namespace tsugi::merge
