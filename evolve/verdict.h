// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What comes after a search: finalists, winner, export, the opening of the sealed test.
#pragma once

#include <cstddef>
#include <optional>

#include "evolve/candidates.h"
#include "evolve/final_report.h"
#include "evolve/run_folder.h"
#include "evolve/search.h"

namespace tsugi::evolve {

/// One run under way. References outlive it.
struct RunUnderWay {
  Workbench& bench;
  const SearchOptions& options;
  const RunFolder& folder;
  Journal& journal;
  Candidates& candidates;

  /// Replaces archive.h5 and timings.h5 in the working folder.
  void save() const;
  /// Tells the user, if anybody listens.
  void note(const std::string& sentence) const;
};

/// Names finalists from the search alone, its final mean first, before validation is looked at; a search by
/// likelihood scores them by the metric. Throws Error when no candidate could be scored.
void decide_finalists(const RunUnderWay& run, std::optional<std::size_t> mean);

/// Winner, best parent and best baseline by validation. Throws Error when nothing can be named.
Opened judge(const RunUnderWay& run);

/// Writes winner.yaml and winner/. Throws Error, Interrupted, DiskFull.
void export_winner(const RunUnderWay& run, std::size_t winner);

/// Opens the sealed test, once, for what was named; journal and ledger have the opening before it is looked
/// at. Throws what scoring throws.
Result open_test(const RunUnderWay& run, const Opened& opened);

}  // namespace tsugi::evolve
