// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What the result of a run follows from: a run is gone on with only where all of it is the same.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "evolve/workbench.h"

namespace tsugi::evolve {

/// The SHA-256 of something with a name.
struct NamedDigest {
  std::string name;
  std::string sha256;

  bool operator==(const NamedDigest&) const = default;
};

struct RunIdentity {
  std::string build;            ///< version and SHA-256 of the program, versions of what computes for it
  std::string instruction_set;  ///< that the decoder computes with
  std::string search_file;      ///< path as it was given; other paths are looked for beside it
  std::string search_sha256;
  std::string directory;  ///< working directory, where paths are looked for first; not compared
  std::uint64_t seed = 0;
  std::vector<NamedDigest> tasks;   ///< "NAME (METRIC,FILTER)": the task's file as read, and its weight
  std::vector<NamedDigest> inputs;  ///< files: checkpoints, the tokenizer's, items, examples

  bool operator==(const RunIdentity&) const = default;
};

/// Hashes whole files, on the surrounding thread pool; digests of large ones are kept between runs
/// (merge/export/file_digests.h), and the export of the winner needs them in any case. Throws InputError when
/// a file cannot be read.
RunIdentity identify_run(const Workbench& bench);

nlohmann::ordered_json to_json(const RunIdentity& identity);
/// Throws nlohmann::json::exception.
RunIdentity run_identity_from(const nlohmann::ordered_json& json);

/// A sentence with both values for each thing in which a run that is to be gone on with differs.
std::vector<std::string> differences(const RunIdentity& recorded, const RunIdentity& present);

}  // namespace tsugi::evolve
