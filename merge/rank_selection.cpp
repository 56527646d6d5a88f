// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/rank_selection.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <mutex>
#include <numeric>

#include "merge/tiling.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kUpperBins = std::size_t{1} << 15;  // the sign bit is clear
constexpr std::size_t kLowerBins = std::size_t{1} << 16;

struct Query {
  std::size_t index = 0;    // in the caller's list
  std::uint64_t left = 0;   // rank still to find: within the bin, then among the ties
  std::uint32_t upper = 0;  // bits 31..16 of the threshold
  std::uint32_t bits = 0;   // all bits of the threshold
};

struct Place {
  std::size_t bin;
  std::uint64_t left;   // rank inside the bin, from 1
  std::uint64_t count;  // keys in the bin
};

// The bin in which the `rank`-th largest key lies, rank from 1.
template <class Count>
Place find_rank(std::span<const Count> bins, std::uint64_t rank) {
  // Sums of 64 bins vectorise; only the block that holds the rank is walked bin by bin.
  constexpr std::size_t kBlock = 64;
  for (std::size_t end = bins.size(); end > 0; end -= kBlock) {
    const std::span<const Count> block = bins.subspan(end - kBlock, kBlock);
    const std::uint64_t sum = std::accumulate(block.begin(), block.end(), std::uint64_t{0});
    if (sum < rank) {
      rank -= sum;
      continue;
    }
    std::size_t bin = kBlock - 1;
    for (; block[bin] < rank; --bin) rank -= block[bin];
    return {end - kBlock + bin, rank, block[bin]};
  }
  return {0, 0, 0};  // more asked for than there are keys: excluded by the caller
}

class Selection {
 public:
  Selection(std::span<const std::uint64_t> kept, std::uint64_t elements, std::size_t tiles,
            Concurrency concurrency, const KeyPass& pass)
      : tiles_(tiles), concurrency_(concurrency), pass_(pass), answers_(kept.size()) {
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (kept[i] >= elements) {
        answers_[i].threshold = -1;
      } else if (kept[i] == 0) {
        answers_[i].threshold = std::numeric_limits<float>::infinity();
      } else {
        queries_.push_back({.index = i, .left = kept[i]});
        indices_.push_back(i);
        if (slot_.size() <= i) slot_.resize(i + 1);
        slot_[i] = queries_.size() - 1;
      }
    }
  }

  std::vector<RankThreshold> run() {
    if (queries_.empty()) return std::move(answers_);
    find_upper();
    find_lower();
    count_ties();
    return std::move(answers_);
  }

 private:
  void find_upper() {
    histogram(
        kUpperBins,
        [](const Query&, std::span<const float> keys, std::span<std::uint32_t> bins) {
          for (const float key : keys) ++bins[std::bit_cast<std::uint32_t>(key) >> 16];
        },
        [](Query& query, const Place& place) {
          query.upper = static_cast<std::uint32_t>(place.bin);
          query.left = place.left;
        });
  }

  void find_lower() {
    histogram(
        kLowerBins,
        [](const Query& query, std::span<const float> keys, std::span<std::uint32_t> bins) {
          for (const float key : keys) {
            const auto bits = std::bit_cast<std::uint32_t>(key);
            if (bits >> 16 == query.upper) ++bins[bits & 0xffffu];
          }
        },
        [this](Query& query, const Place& place) {
          query.bits = query.upper << 16 | static_cast<std::uint32_t>(place.bin);
          query.left = place.left;
          const bool all = place.left == place.count;
          RankThreshold& answer = answers_[query.index];
          // With all of its equals kept, the largest value below says the same and needs no count of ties.
          // The threshold is not 0 then: keeping all zeros would keep all keys.
          answer.threshold = std::bit_cast<float>(all ? query.bits - 1 : query.bits);
          answer.ties_kept = all ? 0 : place.left;
        });
  }

  // Counts every group's keys into bins and hands each query the bin of its rank.
  template <class Fill, class Found>
  void histogram(std::size_t bins, const Fill& fill, const Found& found) {
    const std::size_t groups = groups_of(tiles_);
    const std::size_t size = bins * queries_.size();
    std::vector<std::uint64_t> totals(groups > 1 ? size : 0);
    std::mutex mutex;
    for_each(concurrency_, groups, [&](std::size_t group) {
      thread_local std::vector<std::uint32_t> counts;  // below 2^32 in a group
      counts.assign(size, 0);
      const std::span<std::uint32_t> local(counts);
      pass_(group, indices_, [&](std::size_t query, std::size_t, std::span<const float> keys) {
        fill(queries_[slot_[query]], keys, local.subspan(slot_[query] * bins, bins));
      });
      if (groups == 1) return find(std::span<const std::uint32_t>(counts), bins, found);
      const std::lock_guard lock(mutex);
      for (std::size_t i = 0; i < size; ++i) totals[i] += local[i];
    });
    if (groups > 1) find(std::span<const std::uint64_t>(totals), bins, found);
  }

  template <class Count, class Found>
  void find(std::span<const Count> counts, std::size_t bins, const Found& found) {
    for (std::size_t i = 0; i < queries_.size(); ++i) {
      found(queries_[i], find_rank(counts.subspan(i * bins, bins), queries_[i].left));
    }
  }

  void count_ties() {
    std::vector<std::size_t> split;
    for (const Query& query : queries_) {
      if (answers_[query.index].ties_kept == 0) continue;
      answers_[query.index].ties_before.assign(tiles_, 0);
      split.push_back(query.index);
    }
    if (split.empty()) return;
    for_each(concurrency_, groups_of(tiles_), [&](std::size_t group) {
      pass_(group, split, [&](std::size_t query, std::size_t tile, std::span<const float> keys) {
        RankThreshold& answer = answers_[query];
        answer.ties_before[tile] =
            static_cast<std::uint64_t>(std::count(keys.begin(), keys.end(), answer.threshold));
      });
    });
    for (const std::size_t query : split) {
      std::vector<std::uint64_t>& counts = answers_[query].ties_before;
      std::exclusive_scan(counts.begin(), counts.end(), counts.begin(), std::uint64_t{0});
    }
  }

  std::size_t tiles_;
  Concurrency concurrency_;
  const KeyPass& pass_;
  std::vector<RankThreshold> answers_;
  std::vector<Query> queries_;        // those that need finding
  std::vector<std::size_t> indices_;  // their places in the caller's list
  std::vector<std::size_t> slot_;     // and back
};

}  // namespace

std::vector<RankThreshold> select_ranks(std::span<const std::uint64_t> kept, std::uint64_t elements,
                                        std::size_t tiles, Concurrency concurrency, const KeyPass& pass) {
  return Selection(kept, elements, tiles, concurrency, pass).run();
}

float key_of_rank(const RankThreshold& rank) {
  // Without ties the threshold is the value below: see find_lower().
  return rank.ties_kept > 0 ? rank.threshold
                            : std::bit_cast<float>(std::bit_cast<std::uint32_t>(rank.threshold) + 1);
}

}  // namespace tsugi::merge
