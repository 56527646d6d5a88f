// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// From the scores of a finished run to what is said of it: intervals, tests, corrections.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "evolve/archive.h"
#include "evolve/exam.h"
#include "evolve/ledger.h"
#include "evolve/result.h"

namespace tsugi::evolve {

/// Candidates, by number, whose scores of the sealed test the archive has; all named before it was opened.
struct Opened {
  std::vector<std::size_t> parents;
  std::vector<std::size_t> baselines;
  std::size_t winner = 0;
  std::size_t best_parent = 0;                 ///< of `parents`, on validation
  std::optional<std::size_t> best_baseline{};  ///< likewise
};

/// What the ledger keeps of the archive's last opening by the run in the folder `run`; the time is left to
/// it.
Opening opening_of(const Exam& exam, const Archive& archive, const std::filesystem::path& run);

/// A pure function of its arguments, but for contamination and familiarity, which stay empty. Uses the
/// surrounding thread pool; the same for any number of threads.
Result final_report(const Exam& exam, const Archive& archive, const Opened& opened);

}  // namespace tsugi::evolve
