// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

#include "merge/rank_selection.h"
#include "merge/stored_inputs.h"
#include "merge/tensor_case.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

constexpr std::uint64_t kMega = 1'000'000;

// f64 for all runs of a tally together: 16 MB, and still a run for each core where it counts a few thousand
// columns.
constexpr std::size_t kTallyRoom = std::size_t{1} << 21;

// Buffers of a thread whatever the tensor: a quarter of a MB to hash, the allocator's own arena and the
// thread's stack as far as it is used.
constexpr std::uint64_t kThreadBase = 3 * kMega;

// Beside tiles: journal, digests, texts of the small files, which are read whole.
constexpr std::uint64_t kProcessBase = 16 * kMega;

// The most that steps keep during a tile beside one task vector a model: see steps/scratch.h.
constexpr std::uint64_t kScratchTiles = 4;

// aligned_rows.cpp takes the mean of that many rows at once.
constexpr std::uint64_t kPaddingRows = 64;

struct Total {
  std::uint64_t kept = 0;       // beside threads, of all tensors
  std::uint64_t kept_most = 0;  // of one tensor
  std::uint64_t thread = 0;     // the most of any tensor
  const PlannedTensor* worst = nullptr;
};

Total total_of(const MergePlan& plan) {
  Total total;
  std::uint64_t worst = 0;
  for (const PlannedTensor& tensor : plan.tensors) {
    const TensorMemory memory = memory_of(tensor, plan.seed);
    const std::uint64_t kept = memory.beside_threads();
    const std::uint64_t all = memory.thread + kept;
    total.kept += kept;
    total.kept_most = std::max(total.kept_most, kept);
    total.thread = std::max(total.thread, memory.thread);
    if (total.worst == nullptr || all > worst) total.worst = &tensor;
    worst = std::max(worst, all);
  }
  return total;
}

}  // namespace

TallyRuns::TallyRuns(std::size_t groups, std::size_t width) {
  const std::size_t most = std::clamp<std::size_t>(kTallyRoom / std::max<std::size_t>(1, width), 1,
                                                   std::max<std::size_t>(1, groups));
  length = (groups + most - 1) / most;
  runs = length == 0 ? 1 : (groups + length - 1) / length;
}

TensorMemory memory_of(const PlannedTensor& tensor, std::uint64_t seed) {
  TensorMemory memory;
  if (tensor.method == nullptr) return memory;
  const TensorCase given = case_of(tensor, seed);
  const Tiling tiling = tiling_of(tensor, given);
  const Needs needs = tensor.method->needs == nullptr ? Needs{} : tensor.method->needs(given);
  const std::uint64_t tile = tiling.tile_elements * sizeof(float);
  const std::uint64_t inputs = tensor.models.size() + (tensor.base != nullptr ? 1 : 0);
  const std::uint64_t queries = needs.ranks.size();
  const RankMemory ranks = rank_memory(
      queries,
      {.elements = given.elements, .tiles = tiling.tiles, .tiles_per_group = tiling.tiles_per_group()});
  // In f32 once as they are read and once as task vectors, and in 16 bits where StoredInputs converts them.
  const std::uint64_t of_inputs = 2 * inputs * tile + (inputs + 1) * tile / 2 + tile;
  memory.thread = of_inputs + tile * (1 + kScratchTiles) + ranks.thread +
                  tiling.block_elements() * bytes(tensor.output.dtype);
  memory.kept =
      queries * tiling.tiles * sizeof(std::uint64_t) + (needs.sums + needs.tallies) * sizeof(double);
  memory.kept += KeptMarks::bytes(tiling, needs.marks);
  memory.shared += ranks.shared + needs.sums * tiling.tiles * sizeof(double);
  if (needs.tallies > 0) {
    const TallyRuns cut(tiling.groups, needs.tallies);
    memory.shared += cut.runs * needs.tallies * sizeof(double);
  }
  if (read_by_rows(tensor)) memory.shared += inputs * (kPaddingRows + 3) * tiling.row_length * sizeof(float);
  if (tiling.groups <= 1) memory.thread += std::exchange(memory.shared, 0);
  return memory;
}

MergeMemory divide_memory(const MergePlan& plan, std::uint64_t limit, std::size_t threads,
                          std::uint64_t resident) {
  const Total total = total_of(plan);
  const std::uint64_t each = total.thread + kThreadBase;
  const std::uint64_t least = total.kept_most;
  const std::uint64_t smallest = resident + kProcessBase + least + each;
  if (limit < smallest) {
    throw InputError(
        "--max-memory",
        fmt::format("{} MB are too little for tensor '{}'", limit / kMega, total.worst->output.name),
        fmt::format("give at least {}M: one thread works with that", smallest / kMega + 1));
  }
  MergeMemory memory;
  const std::uint64_t room = limit - resident - kProcessBase - least;
  memory.threads = static_cast<std::size_t>(std::clamp<std::uint64_t>(room / each, 1, threads));
  memory.kept_at_once = std::min(total.kept, least + room - memory.threads * each);
  memory.needed = resident + kProcessBase + std::max(memory.kept_at_once, least) + memory.threads * each;
  return memory;
}

std::uint64_t private_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("RssAnon:", 0) == 0) return std::stoull(line.substr(8)) * 1024;  // "RssAnon:  1234 kB"
  }
  return 0;
}

}  // namespace tsugi::merge
