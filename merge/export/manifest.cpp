// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/export/manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "merge/export/model_card.h"
#include "merge/version.h"

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;

Json file_list(std::vector<FileDigest> files) {
  std::sort(files.begin(), files.end(),
            [](const FileDigest& a, const FileDigest& b) { return a.name < b.name; });
  Json list = Json::array();
  for (const FileDigest& file : files)
    list.push_back({{"file", file.name}, {"size", file.size}, {"sha256", file.sha256}});
  return list;
}

// Within the model's folder; an adapter's file behind the name of its own.
std::string name_of(const std::filesystem::path& file, const std::filesystem::path& folder) {
  const std::filesystem::path inside = file.lexically_relative(folder);
  if (!inside.empty() && *inside.begin() != "..") return inside.generic_string();
  return (file.parent_path().filename() / file.filename()).generic_string();
}

}  // namespace

std::vector<std::filesystem::path> input_folders(const MergePlan& plan) {
  std::vector<std::filesystem::path> folders;
  for (const auto& input : plan.inputs) {
    folders.push_back(input->folder());
    std::filesystem::path last = (input->folder() / "x").parent_path();  // without a slash at the end
    for (const std::filesystem::path& file : input->files()) {
      if (file.parent_path() == last) continue;
      last = file.parent_path();
      folders.push_back(last);
    }
  }
  return folders;
}

std::vector<InputFile> input_files(const MergePlan& plan) {
  std::vector<InputFile> files;
  for (std::size_t i = 0; i < plan.inputs.size(); ++i) {
    const Checkpoint& checkpoint = *plan.inputs[i];
    const std::size_t first = files.size();
    for (const std::filesystem::path& file : checkpoint.files()) {
      files.push_back({i, file,
                       file == checkpoint.folder()
                           ? file.filename().generic_string()  // a model that is one file
                           : name_of(file, checkpoint.folder())});
    }
    if (plan.inputs[i] == plan.donor) {
      for (const Companion& companion : plan.companions) {
        if (!companion.file.empty()) files.push_back({i, companion.file, companion.name});
      }
    }
    std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end(),
              [](const InputFile& a, const InputFile& b) { return a.name < b.name; });
  }
  return files;
}

std::vector<ManifestModel> manifest_models(const MergePlan& plan) {
  std::vector<ManifestModel> models;
  for (const auto& input : plan.inputs) models.push_back({display_name(input->folder()), {}});
  return models;
}

std::string manifest_text(const Manifest& manifest) {
  Json document{{"tsugi", tool_version()}, {"seed", manifest.seed}};
  if (!manifest.recipe_sha256.empty()) document["recipe_sha256"] = manifest.recipe_sha256;
  document["inputs"] = Json::array();
  for (const ManifestModel& model : manifest.inputs)
    document["inputs"].push_back({{"model", model.name}, {"files", file_list(model.files)}});
  document["outputs"] = file_list(manifest.outputs);
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tsugi::merge
