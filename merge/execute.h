// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Carries out a plan: reductions, then tiles, into a sink. The same bytes for any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "merge/parallel.h"
#include "merge/plan.h"
#include "merge/reduction_cache.h"
#include "merge/sink.h"

namespace tsugi::merge {

struct ExecuteOptions {
  Concurrency concurrency = Concurrency::parallel;
  ReductionCache* cache = nullptr;  ///< optional
  /// Called now and then with bytes of output written so far, from any thread, never two at once. May throw
  /// to give the work up.
  std::function<void(std::uint64_t)> progress = nullptr;
  /// Places of all tensors in the plan in the order in which to work; empty for the plan's own.
  std::vector<std::size_t> order = {};
  /// Bytes that tensors worked on side by side may keep until the last of them is through: see MergeMemory.
  /// Changes no bit of the result.
  std::uint64_t kept_at_once = std::numeric_limits<std::uint64_t>::max();
};

/// Throws Error naming tensor and count when an output is infinite or NaN.
void execute(const MergePlan& plan, Sink& sink, const ExecuteOptions& options = {});

}  // namespace tsugi::merge
