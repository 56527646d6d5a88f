// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The protocol of one search, from generation 0 to the sealed test.
#pragma once

#include "evolve/journal.h"
#include "evolve/run_folder.h"
#include "evolve/search.h"
#include "evolve/workbench.h"

namespace tsugi::evolve {

/// Writes archive.h5, timings.h5, winner.yaml, winner/ and result.json into the folder's working folder. What
/// the journal has is not evaluated again. Throws Error, Interrupted when options.stop says so, DiskFull.
Result carry_out_search(Workbench& bench, const SearchOptions& options, const RunFolder& folder,
                        Journal& journal);

}  // namespace tsugi::evolve
