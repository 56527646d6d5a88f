// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A planned tensor as its method sees it, and how it is cut.
#pragma once

#include <cstdint>

#include "merge/methods/method.h"
#include "merge/plan.h"
#include "merge/tiling.h"

namespace tsugi::merge {

/// Points into `tensor`.
TensorCase case_of(const PlannedTensor& tensor, std::uint64_t seed);

/// Whether an input is read row by row: see RowReader.
bool read_by_rows(const PlannedTensor& tensor);

/// The cut that the method allows, in whole rows where an input is read row by row.
Tiling tiling_of(const PlannedTensor& tensor, const TensorCase& given);

}  // namespace tsugi::merge
