// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/folder_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "merge/export/licences.h"
#include "merge/export/manifest.h"
#include "merge/export/model_card.h"
#include "merge/export/output_file.h"
#include "merge/sha256.h"
#include "merge/version.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

namespace fs = std::filesystem;

ModelCard card_of(const MergePlan& plan, const std::string& name, const std::string& recipe) {
  ModelCard card;
  card.name = name;
  for (const PlannedTensor& tensor : plan.tensors) {
    if (tensor.method == nullptr) continue;
    card.method = tensor.method->title;
    card.source = tensor.method->source;
    break;
  }
  card.models = input_folders(plan);
  card.licence = common_licence(card.models);
  card.recipe = recipe;
  card.version = tool_version();
  card.seed = plan.seed;
  return card;
}

// What loaders read, without what is no longer true of the output: where an input lay, and how it was
// quantised.
std::string config_text(const ModelConfig& config) {
  nlohmann::ordered_json document = config.document();
  document.erase("_name_or_path");
  document.erase("quantization_config");
  for (auto& [key, value] : document.items()) {
    if (value.is_object()) value.erase("_name_or_path");
  }
  return document.dump(2) + "\n";
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(fmt::format("{}: cannot be created: {}", folder.string(), error.message()));
}

// "/home/me/models/a" in a recipe says where its author keeps things. A word that begins with a slash, at the
// start of a value.
bool names_absolute_path(std::string_view recipe) {
  for (std::size_t i = 0; i + 1 < recipe.size(); ++i) {
    const bool begins =
        i == 0 || std::string_view(" \t\n\"'[,:+").find(recipe[i - 1]) != std::string_view::npos;
    const char next = recipe[i + 1];
    const bool letter =
        (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '.' || next == '_';
    if (recipe[i] == '/' && begins && letter) return true;
  }
  return false;
}

}  // namespace

FolderFiles::FolderFiles(const MergePlan& plan, const std::string& name, const std::string& recipe, bool code)
    : companions_(plan.companions),
      config_(config_text(plan.config)),
      card_(model_card_text(card_of(plan, name, recipe))),
      recipe_(recipe) {
  if (!code || plan.donor == nullptr) return;
  for (Companion& file : find_code(plan.donor->folder())) companions_.push_back(std::move(file));
}

std::uint64_t FolderFiles::companion_bytes() const {
  std::uint64_t sum = 0;
  for (const Companion& companion : companions_) sum += companion.size();
  return sum;
}

void FolderFiles::write(const fs::path& folder, const std::string& index,
                        std::vector<FileDigest>& written) const {
  const auto put = [&](const std::string& name, const std::string& text) {
    write_synced(folder / name, text);
    written.push_back({name, text.size(), sha256_hex(text)});
  };
  if (!index.empty()) put("model.safetensors.index.json", index);
  for (const Companion& companion : companions_) {
    const fs::path place = (folder / companion.name).parent_path();
    if (place != folder) make_folder(place);
    put(companion.name, companion.content());
    if (place != folder) sync_folder(place);
  }
  if (!recipe_.empty()) put("mergekit_config.yml", recipe_);
  put("README.md", card_);
}

FileDigest FolderFiles::config_digest() const {
  return {"config.json", config_.size(), sha256_hex(config_)};
}

void FolderFiles::write_config(const fs::path& folder) const {
  write_synced(folder / "config.json", config_);
}

std::vector<std::string> folder_notes(const MergePlan& plan, const std::string& recipe, bool code) {
  std::vector<std::string> notes;
  if (names_absolute_path(recipe)) {
    notes.emplace_back(
        "the recipe names absolute paths; it is kept word for word in README.md and mergekit_config.yml: "
        "change them before publishing");
  }
  for (std::string& note : licence_notes(input_folders(plan))) notes.push_back(std::move(note));
  if (!code && plan.donor != nullptr && plan.donor->config().find("auto_map") != nullptr) {
    notes.push_back(
        fmt::format("{}: auto_map names Python code of the model, which stays behind without "
                    "--copy-remote-code and is never run",
                    plan.donor->config().file()));
  }
  return notes;
}

void check_folder(const fs::path& folder, const MergePlan& plan) {
  std::shared_ptr<const Checkpoint> written;
  try {
    written = Checkpoint::open(folder);
  } catch (const InputError& error) {
    throw Error(fmt::format("the folder that was written cannot be read back: {}", error.what()));
  }
  for (const PlannedTensor& tensor : plan.tensors) {
    const TensorView* found = written->find(tensor.output.name);
    if (found != nullptr && found->shape == tensor.output.shape && found->dtype == tensor.output.dtype)
      continue;
    throw Error(fmt::format("{}: tensor {} was not written as planned", folder.string(), tensor.output.name));
  }
}

}  // namespace tsugi::merge
