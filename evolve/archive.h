// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Everything a search has evaluated, as a value and as archive.h5, which h5py and pandas read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eval/holdout/split.h"
#include "evolve/genomes/genome.h"

namespace tsugi::evolve {

/// Where a candidate comes from.
enum class Origin : std::uint8_t { parent, baseline, start, optimizer, mean };
std::string_view name(Origin origin);

/// Stands where a value is missing.
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// One candidate. Its number is its position in the archive.
struct Record {
  std::size_t generation = 0;
  Origin origin = Origin::optimizer;
  std::string name{};  ///< of a parent or a baseline; "" else
  /// In the genes' own units; empty for parents and usual merges, kMissing for genes of other stages.
  std::vector<double> genes{};
  std::string recipe{};  ///< YAML
  std::optional<std::size_t>
      same_as{};                       ///< an earlier candidate with the same recipe, whose scores these are
  std::string failure{};               ///< why it has no fitness, or ""
  std::optional<double> fitness{};     ///< on the search side: what the search goes by; an estimate where it
                                       ///< dropped out of a race and `scores` lack items
  std::optional<double> likelihood{};  ///< of the references on the search side, where it was asked for
  std::vector<double> scores{};        ///< [item]; kMissing where it was not asked
  double merge_seconds = 0;            ///< goes into timings.h5 only
  double score_seconds = 0;
};

/// Its scores of `items`; empty when it failed or one is missing.
std::vector<double> values_of_items(const Record& record, std::span<const std::size_t> items);

struct ArchiveItem {
  std::string id;
  std::string task;
  eval::Side side = eval::Side::search;
  std::size_t cluster = 0;
};

struct Archive {
  std::string search;  ///< the search file, byte for byte
  std::string optimizer;
  std::string merge_method;
  std::uint64_t seed = 0;
  std::size_t evaluations = 0;  ///< of the optimizer's candidates, so far
  std::vector<Gene> genes;      ///< of all stages so far, one after another
  std::vector<ArchiveItem> items;
  std::vector<Record> records;
  std::vector<std::size_t> finalists;  ///< as named before validation was looked at
  std::optional<std::size_t> winner;
  std::size_t test_openings = 0;
  /// [generation]: wall-clock time outside of merging and scoring (asking, telling, writing); in timings.h5
  /// only.
  std::vector<double> bookkeeping_seconds{};
};

/// Replaces `file` whole. The same archive gives the same bytes. Throws Error.
void write_archive(const Archive& archive, const std::filesystem::path& file);

/// Seconds for merging and scoring on the search side, one row for each candidate; 0 for those that were not
/// evaluated anew. Bookkeeping, one row for each generation. Throws Error.
void write_timings(const Archive& archive, const std::filesystem::path& file);

/// Without timings. Throws InputError.
Archive read_archive(const std::filesystem::path& file);

}  // namespace tsugi::evolve
