// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Who has looked at which sealed items, kept outside of runs: deleting a run forgets nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eval/holdout/split.h"

namespace tsugi::evolve {

/// A set of sealed items, told by what they ask.
struct SealedSet {
  std::string key;                   ///< SHA-256 of the items, whatever their order
  std::vector<std::uint64_t> items;  ///< the first 64 bits of each item's SHA-256, sorted
};

/// Of questions (normalised) and sources.
SealedSet sealed_set(std::span<const eval::HoldoutItem> items);

/// One look at sealed items.
struct Opening {
  std::string time{};      ///< UTC, "2026-11-29T12:30:00Z"
  std::string run{};       ///< folder, absolute
  std::size_t number = 0;  ///< of the run's own openings, from 1
  std::string winner{};    ///< SHA-256 of its recipe
  SealedSet set{};
};

/// $XDG_STATE_HOME/tsugi/openings.jsonl, else ~/.local/state/tsugi/openings.jsonl; "" when neither variable
/// holds an absolute path.
std::filesystem::path standard_ledger();

/// Everything a ledger has, in order; a line that is torn or damaged is passed over. Empty when there is no
/// file. Throws Error when it is there and cannot be read.
std::vector<Opening> read_ledger(const std::filesystem::path& file);

/// Appends an opening, synced, under a lock, with the time of now; openings of other processes stay whole.
/// The same winner opened on the same items by the same run under the same number, as when a run is gone on
/// with, is one opening. Throws Error.
void record_opening(const std::filesystem::path& file, Opening opening);

/// What a ledger knows of some items.
struct KnownOpening {
  Opening opening;
  std::size_t shared = 0;  ///< of the items
};

/// Openings that saw at least one of the items, in order.
std::vector<KnownOpening> known_openings(std::span<const Opening> ledger, const SealedSet& set);

/// A line for each, and one in front with their number: "The sealed items have been opened 2 times: …".
std::string describe(std::span<const KnownOpening> openings, std::size_t items);

}  // namespace tsugi::evolve
