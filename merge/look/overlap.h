// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Whether two task vectors change the same elements most.
#pragma once

#include <cstdint>

#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// One tensor of two models and, where there is one, of their base: floating, of one shape.
struct TensorTriple {
  const TensorView* a = nullptr;
  const TensorView* b = nullptr;
  const TensorView* base = nullptr;
};

struct Overlap {
  std::uint64_t kept = 0;  ///< a fifth of the elements, rounded down
  std::uint64_t both = 0;  ///< elements among the `kept` largest magnitudes of both a - base and b - base
};

/// Of elements that tie with a threshold the first in flat order count. All values must be finite. Parallel;
/// three passes, four where there are such ties.
Overlap top_overlap(const TensorTriple& tensor);

}  // namespace tsugi::merge
