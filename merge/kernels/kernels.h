// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Inner loops of merges straight from bf16 or F16, mostly into the same, as a table of functions, one table
// for each type and instruction set that has them; elsewhere merges go through tiles of f32 (merge/steps).
// The loops are written once, in body/, over registers of f32; avx512.cpp and avx2.cpp say what a register is
// and how a type is widened and rounded, and compile them. Every table gives the bits of the steps in f32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "merge/methods/method.h"
#include "merge/steps/blend.h"
#include "merge/steps/group_sums.h"
#include "merge/steps/lanes.h"
#include "merge/steps/rank_mask.h"
#include "merge/steps/trim.h"

namespace tsugi::merge::kernels {

/// Bits of sixteen elements, the first in the lowest; those past the end of a tile are 0. Which elements of a
/// task vector stay is a bit for each, and the vector itself is never written down.
using Marks = std::span<std::uint16_t>;

constexpr std::size_t marks_of(std::size_t elements) {
  return (elements + 15) / 16;
}

/// `n` values of a model and of the base as they are stored. The task vector d is their difference.
struct StoredPair {
  const std::byte* x;
  const std::byte* base;
  std::size_t n;
};

/// The same of several models.
struct StoredModels {
  std::span<const std::byte* const> x;
  const std::byte* base;
  std::size_t n;
};

/// Element i stays by draw(key, first + i).
struct RandomDraws {
  std::uint64_t key;
  std::uint64_t first;
  double probability;
};

/// What a tile gets of one model; see consensus.h for what becomes of the votes.
struct StoredVote {
  const std::byte* x = nullptr;
  const std::uint16_t* marks = nullptr;  ///< null: what has its magnitude's bits in `range` stays
  steps::MagnitudeRange range = {0, ~0U};
  float factor = 1;
  float weight = 1;
};

enum class Mix {
  all,           ///< mix_all() with divisor 1
  mean,          ///< mix_all()
  elected,       ///< mix_elected()
  elected_mean,  ///< with normalize
  elected_sce,   ///< votes elect as they are and are added times their weights; see methods/sce.cpp
};

struct StoredOnto {
  const std::byte* base;
  float lambda = 1;
  float divisor = 1;  ///< of Mix::mean
};

inline constexpr std::size_t kBehindRoom = 32;  ///< keys of a line of 16 bits each

/// One bracket of bits of keys, from `low` to `high`, both inside, and what a pass over the keys of a rank
/// selection finds of it: those above are counted, those inside collected, and no others are written down.
struct Collected {
  std::int32_t low = 0;
  std::int32_t high = 0;
  std::int32_t guess = 0;        ///< is counted apart
  std::uint32_t* out = nullptr;  ///< of others; null where there are none
  std::size_t room = 0;          ///< of `out`, which has kBehindRoom more behind it
  std::size_t count = 0;         ///< in `out`, goes on from what it is
  std::uint64_t equal = 0;       ///< to the guess; goes on
  std::uint64_t above = 0;       ///< goes on
  bool full = false;             ///< there are more than room: `count` is of no use
};

/// Inputs or votes that a kernel takes at once: their numbers stay in the nearest cache.
inline constexpr std::size_t kMostInputs = 16;

/// Loops over values of one type. Any of them may run on any number of threads. `Marks` and outputs are as
/// long as what they are of.
struct Kernels {
  /// Marks elements whose |d| has bits in the range.
  void (*mark_within)(const StoredPair&, const steps::MagnitudeRange&, Marks);
  /// Marks elements of d whose draw is below `probability`, as subtract_at_random() keeps them. Values are
  /// only asked for, so that they are near when their turn comes.
  void (*mark_at_random)(const StoredPair&, const RandomDraws&, Marks);
  /// Marks what keep_by_rank() keeps of a row of neighbours (stride 1). False where the row is no whole
  /// number of marks or very long, or a value is not finite.
  bool (*mark_by_rank)(const StoredPair& row, const steps::RankedDraws&, Marks);
  /// As l1_norms(); `full` is infinite or NaN where a value is.
  steps::L1Norms (*l1_norms)(const StoredPair&, Marks);
  /// As steps::squares() of the d that are marked, of all where there are no marks; where f32 does not hold
  /// the squares it does not hold them here either.
  double (*squares)(const StoredPair&, Marks);
  /// As steps::variance(). False if a value is not finite or there are more than kMostInputs models.
  bool (*variance)(const StoredModels&, std::span<float> out);
  /// False, and `out` is of no use, if an input or a result is not finite, or there are more than
  /// kMostInputs.
  bool (*mix)(std::span<const StoredVote>, Mix, const StoredOnto&, std::span<std::byte> out);

  /// Writes keys down. False if a value is not finite.
  bool (*write_keys)(const StoredKeys&, std::span<float> out);
  /// As InstructionSet::collect(), for one or two brackets. False, and what was collected is of no use, if a
  /// value is not finite.
  bool (*collect_stored)(const StoredKeys&, std::span<Collected> brackets);

  /// As blend_stretches(), of 1 to kMostInputs inputs.
  bool (*blend)(const steps::StoredBlend&, std::size_t begin, std::span<std::byte> out);
  /// The running sums of one to three vectors' matrix (gram_stored()) over `whole` values, whole lines.
  void (*gram)(std::size_t count, const std::byte* const* x, const std::byte* base, std::size_t whole,
               steps::Sum* sums);
};

struct InstructionSet {
  std::string_view name;
  bool (*supported)();

  /// Marks what is not 0.
  void (*mark_set)(std::span<const float>, Marks);
  void (*collect)(std::span<const float> keys, Collected&);

  Kernels bf16;
  Kernels f16;
};

extern const InstructionSet kAvx512;
extern const InstructionSet kAvx2;

/// Those that this processor has, fastest first.
std::span<const InstructionSet* const> available();

/// What merges use: the fastest, or null where there is none.
const InstructionSet* active();

/// Its loops over values of a type, or null.
const Kernels* active(DType type);

/// Uses another one from now on, or none. Not while a merge runs.
void activate(const InstructionSet* set);

}  // namespace tsugi::merge::kernels
