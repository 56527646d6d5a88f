// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// keep_by_rank() straight from bf16, as marks. For AVX-512 alone: see avx512.h.
#pragma once

#include "merge/steps/rank_mask.h"
#include "merge/steps/stored_thin.h"

namespace tsugi::merge::steps {

/// Marks what keep_by_rank() keeps of a row of neighbours (stride 1). False where the row is no whole number
/// of marks or very long, or a value is not finite.
bool mark_by_rank(const StoredPair& row, const RankedDraws& draws, Marks marks);

}  // namespace tsugi::merge::steps
