// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How a run begins, and how one that stopped or is to be extended is gone on with.
#pragma once

#include <memory>
#include <string>

#include "evolve/journal.h"
#include "evolve/run_folder.h"
#include "evolve/workbench.h"

namespace tsugi::evolve {

/// "tsugi evolve --resume runs/x", as a shell reads it.
std::string resume_command(const std::filesystem::path& run);

/// Throws InputError where a new run would take the place of something that it must not: of another
/// process's, or without `overwrite` of a finished or an unfinished run.
void check_new_run(RunFolder& folder, const recipes::SearchSpec& spec, bool overwrite);

/// Makes the working folder with search.yaml and a journal. Throws InputError when another process works
/// there, DiskFull or Error.
std::unique_ptr<Journal> begin_run(RunFolder& folder, const Workbench& bench);

/// Throws InputError when there is neither a finished nor an unfinished run.
void require_run(const RunFolder& folder);

/// A run that is to be gone on with, before anything is written.
struct StoppedRun {
  std::unique_ptr<Journal> journal;
  recipes::SearchSpec spec;  ///< the run's own search file
  SearchOptions options;     ///< with the run's seed, and evaluations as they shall be
  bool finished = false;     ///< and there is nothing to extend it by
};

/// options.output is the run, options.evaluations what it is to be raised to. Holds the folder of an
/// unfinished run. Throws InputError: no run, another process works on it, fewer evaluations than it has, a
/// damaged journal.
StoppedRun find_stopped_run(RunFolder& folder, const SearchOptions& options);

/// Makes the run's journal ready to be written: where it goes on, or in a working folder of its own when a
/// finished run is extended. Throws InputError saying what is not as it was when the run began.
void continue_run(RunFolder& folder, StoppedRun& run, const Workbench& bench);

}  // namespace tsugi::evolve
