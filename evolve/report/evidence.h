// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a result rests on, in lines for people: tests, corrected search scores, contamination, openings.
#pragma once

#include <string>
#include <vector>

#include "evolve/result.h"

namespace tsugi::evolve {

/// A sentence a line, behind the table and the verdict.
std::vector<std::string> evidence(const Result& result);

/// All openings of the sealed items that the ledger on this computer knows, or why it cannot be read.
std::string openings(const Result& result);

}  // namespace tsugi::evolve
