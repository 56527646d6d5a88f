// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Private memory of a merge, told before it starts. Inputs are mapped and outputs go through small buffers,
// so neither counts; what counts are the tiles of each thread and what a method must know of a whole tensor.
// Tiles are cut by shape alone, or results would depend on the memory of the machine: a limit is kept by the
// number of threads and by how much tensors may keep while they run side by side.
#pragma once

#include <cstddef>
#include <cstdint>

#include "merge/plan.h"

namespace tsugi::merge {

/// How the tallies of a tensor are cut: neighbouring groups of tiles add to one run, all runs together have
/// 16 MB, or one alone what it needs. Follows from shape and width alone.
struct TallyRuns {
  std::size_t length = 0;  ///< groups in a run
  std::size_t runs = 1;

  TallyRuns(std::size_t groups, std::size_t width);
};

/// Bytes for one tensor.
struct TensorMemory {
  /// Of each thread that works on it: tiles and scratch, and with a small tensor, which is one thread's, what
  /// threads share otherwise.
  std::uint64_t thread = 0;
  std::uint64_t shared = 0;  ///< while it is worked on: histograms, sums of tiles
  std::uint64_t kept = 0;    ///< what was found out about it, until it is finished

  /// What it adds to others that run side by side with it, on threads that they have together.
  std::uint64_t beside_threads() const { return shared + kept; }
};

/// An upper bound that follows from the plan.
TensorMemory memory_of(const PlannedTensor& tensor, std::uint64_t seed);

/// How a merge keeps inside a limit.
struct MergeMemory {
  std::size_t threads = 1;
  std::uint64_t kept_at_once = 0;  ///< for ExecuteOptions
  std::uint64_t needed = 0;        ///< bytes at most with these threads
};

/// As many of `threads` as the limit has room for. `resident`: private bytes of the process before the merge,
/// plan and vocabularies among them. Throws InputError naming --max-memory, the tensor and the smallest limit
/// that works when one thread is too many.
MergeMemory divide_memory(const MergePlan& plan, std::uint64_t limit, std::size_t threads,
                          std::uint64_t resident);

/// Private memory of this process now, in bytes, from /proc/self/status; 0 where that cannot be read.
std::uint64_t private_memory();

}  // namespace tsugi::merge
