// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The first step of planning: which layers of which models meet, and which of them is the base.
#pragma once

#include "merge/checkpoint/checkpoint.h"
#include "merge/plan/context.h"

namespace tsugi::merge {

/// Opens every model of the recipe, picks the donor and resolves `models` or `slices`. Throws InputError at
/// the recipe's place: wrong number of models, no base, layer ranges past the end or of unequal length,
/// configurations that disagree.
void resolve_slices(PlanContext& context, CheckpointStore& checkpoints);

}  // namespace tsugi::merge
