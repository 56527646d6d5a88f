// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Whether a parent seems to have been trained on the sealed questions.
#pragma once

#include <functional>
#include <vector>

#include "eval/holdout/familiarity.h"
#include "evolve/evaluator.h"
#include "evolve/workbench.h"

namespace tsugi::evolve {

/// Min-K % of each parent on the sealed and on the search questions, and what they say beside each other;
/// nothing where a parent cannot be asked. Looks at questions only. For the opening, not before: what it says
/// is about the sealed items. Uses the threads of the surrounding pool; the same for any number of them.
/// Throws Interrupted when `stop` says so, and std::bad_alloc.
std::vector<eval::FamiliarityNote> check_familiarity(const Workbench& bench, Evaluator& evaluator,
                                                     const std::function<bool()>& stop);

}  // namespace tsugi::evolve
