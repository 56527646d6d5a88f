// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a run's models answered to the sealed items: RUN/samples/MODEL/ with results.json and
// samples_TASK.jsonl, which `tsugi compare` reads, and the recipe.yaml of the model.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "eval/results/results.h"
#include "evolve/archive.h"

namespace tsugi::evolve {

/// "samples/ja", "samples/evolved" for the winner: the model's name with "_" for what does not belong into a
/// name of a folder, and the candidate's number behind it where two would be the same. A candidate with the
/// recipe of a parent or baseline has that one's.
std::string samples_folder(const Archive& archive, std::size_t candidate);

/// Whether a run has the answers of a candidate, and not of another one that stood there before.
bool has_samples(const std::filesystem::path& run, const Archive& archive, std::size_t candidate);

/// Writes them; `result` needs its tasks, arithmetic and dtype. A folder that is not whole counts as none.
/// Safe from several threads for different candidates. Throws
/// DiskFull or Error.
void write_samples(const std::filesystem::path& run, const Archive& archive, std::size_t candidate,
                   eval::ModelResult result);

}  // namespace tsugi::evolve
