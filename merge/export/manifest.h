// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// manifest.json: the SHA-256 of every file that went into a merge and of every file that came out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "merge/export/file_digests.h"
#include "merge/plan.h"

namespace tsugi::merge {

/// A model's files by the name the manifest gives it: its hub id, else the last component of its folder.
struct ManifestModel {
  std::string name;
  std::vector<FileDigest> files;
};

struct Manifest {
  std::uint64_t seed = 0;
  std::string recipe_sha256;          ///< "" for none
  std::vector<ManifestModel> inputs;  ///< recipe order
  std::vector<FileDigest> outputs;    ///< all but the manifest itself
};

/// A file that a plan reads, and the place of its model in Manifest::inputs.
struct InputFile {
  std::size_t model = 0;
  std::filesystem::path path;
  std::string name;
};

/// Weights, index, config.json and, of the donor, companions; recipe order, then by name.
std::vector<InputFile> input_files(const MergePlan& plan);

/// Where the files of a plan's models lie: for each model, in recipe order, its folder, then its adapter's.
std::vector<std::filesystem::path> input_folders(const MergePlan& plan);

/// The names of the models of a plan, without files.
std::vector<ManifestModel> manifest_models(const MergePlan& plan);

/// The file's text: nothing in it depends on clock, host or place.
std::string manifest_text(const Manifest& manifest);

}  // namespace tsugi::merge
