// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How far an unfinished run is, for people.
#pragma once

#include <string>

#include "evolve/report/run_reader.h"

namespace tsugi::evolve {

/// "The search is not finished: 36 of 120 evaluations are done, …": what is done and what is missing. One
/// plain sentence; of a finished run "The run is finished."
std::string standing(const Run& run);

/// A line for each generation: candidates, failures, best, mean, middle half, best so far with its standard
/// error; scores in percent. Ends in a newline.
std::string generation_table(const Run& run);

}  // namespace tsugi::evolve
