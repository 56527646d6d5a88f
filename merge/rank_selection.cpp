// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/rank_selection.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <mutex>
#include <numeric>

#include "merge/rank_bracket.h"
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
  bool answered = false;
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

// Below it all keys are kept and searched.
constexpr std::uint64_t kFew = std::uint64_t{1} << 16;

// Keys that all brackets together may be expected to hold, and how much more room each task has for its own,
// whose weights may be another size: 16 MB.
constexpr std::uint64_t kInside = std::uint64_t{1} << 21;
constexpr std::uint64_t kMoreRoom = 2;

// And a share of a task's keys beside: where the sample has next to none inside, it says little of how many
// there are.
constexpr std::uint64_t kSpareShare = 64;

// Brackets wider than that cost more than histograms.
constexpr double kWidest = 0.2;

// Every 64th tile is sampled, but no fewer than 64, which is what an estimate of the spread takes, and no
// more than bring the rank to a thousandth.
constexpr std::size_t kSampledShare = 64;
constexpr std::size_t kLeastSampled = 64;
constexpr std::size_t kMostSampled = 1024;

// Keys of a sampled tile: neighbours are alike, and more tiles say more than more of their keys.
constexpr std::size_t kOfTile = 128;

class Selection {
 public:
  Selection(std::span<const std::uint64_t> kept, const KeyTiles& keys, Concurrency concurrency,
            const KeyPass& pass)
      : keys_(keys), concurrency_(concurrency), pass_(pass), answers_(kept.size()), slot_(kept.size()) {
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (kept[i] >= keys.elements) {
        answers_[i].threshold = -1;
      } else if (kept[i] == 0) {
        answers_[i].threshold = std::numeric_limits<float>::infinity();
      } else {
        queries_.push_back({.index = i, .left = kept[i]});
      }
    }
  }

  std::vector<RankThreshold> run() {
    find_in_brackets();
    if (queries_.empty()) return std::move(answers_);
    place_queries();
    find_upper();
    find_lower();
    count_ties();
    return std::move(answers_);
  }

 private:
  void place_queries() {
    indices_.clear();
    for (std::size_t i = 0; i < queries_.size(); ++i) {
      indices_.push_back(queries_[i].index);
      slot_[queries_[i].index] = i;
    }
  }

  // Answers what it can and leaves the other queries.
  void find_in_brackets() {
    if (queries_.empty()) return;
    place_queries();
    std::vector<Bracket> brackets(queries_.size());
    if (keys_.elements > kFew) brackets = sampled_brackets();
    std::vector<std::size_t> narrow;  // places in the caller's list
    double inside = 0;
    for (std::size_t i = 0; i < queries_.size(); ++i) {
      const double size = brackets[i].single() ? 0 : brackets[i].share * static_cast<double>(keys_.elements);
      const bool fits = keys_.elements <= kFew || brackets[i].share <= kWidest || brackets[i].single();
      if (!fits || inside + size > static_cast<double>(kInside)) continue;
      inside += size;
      narrow.push_back(queries_[i].index);
    }
    if (narrow.empty()) return;
    const std::vector<std::vector<InsideKeys>> found = keys_inside(brackets, narrow);
    for_each(concurrency_, narrow.size(), [&](std::size_t i) {
      answer(queries_[slot_[narrow[i]]], brackets[slot_[narrow[i]]], found, slot_[narrow[i]]);
    });
    std::erase_if(queries_, [](const Query& query) { return query.answered; });
  }

  std::vector<Bracket> sampled_brackets() {
    const std::size_t wanted = std::clamp(keys_.tiles / kSampledShare, kLeastSampled, kMostSampled);
    // Odd, as rows hold even numbers of tiles: the sample is to see all parts of them.
    const std::size_t step = std::max<std::size_t>(1, keys_.tiles / wanted) | 1;
    std::vector<std::vector<float>> samples = sampled_keys(step);
    std::vector<Bracket> brackets(queries_.size());
    for_each(concurrency_, queries_.size(), [&](std::size_t i) {
      const double share = static_cast<double>(queries_[i].left) / static_cast<double>(keys_.elements);
      if (!samples[i].empty()) brackets[i] = bracket_of(samples[i], kOfTile, share);
    });
    return brackets;
  }

  // [slot of the query]: kOfTile keys of every step-th tile that has as many.
  std::vector<std::vector<float>> sampled_keys(std::size_t step) {
    constexpr std::size_t kParts = 16;  // tasks
    const std::size_t count = keys_.tiles / step;
    std::vector<std::vector<std::vector<float>>> parts(kParts);
    for_each(concurrency_, kParts, [&](std::size_t part) {
      const std::size_t begin = count * part / kParts;
      const std::size_t end = count * (part + 1) / kParts;
      auto& own = parts[part];
      own.resize(queries_.size());
      for (auto& keys : own) keys.reserve((end - begin) * kOfTile);
      const auto take = [&](std::size_t query, std::size_t, std::span<const float> keys) {
        const std::size_t every = keys.size() / kOfTile;
        if (every == 0) return;
        for (std::size_t i = 0; i < kOfTile; ++i) own[slot_[query]].push_back(keys[i * every]);
      };
      pass_({.first = begin * step + step / 2, .end = end * step, .step = step}, indices_, {take});
    });
    std::vector<std::vector<float>> samples(queries_.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
      for (const auto& part : parts) samples[i].insert(samples[i].end(), part[i].begin(), part[i].end());
    }
    return samples;
  }

  // [group][slot of the query]
  std::vector<std::vector<InsideKeys>> keys_inside(const std::vector<Bracket>& brackets,
                                                   std::span<const std::size_t> queries) {
    const std::size_t groups = keys_.groups();
    const std::uint64_t of_group = (keys_.elements + groups - 1) / groups;
    std::vector<std::vector<InsideKeys>> found(groups);
    for_each(concurrency_, groups, [&](std::size_t group) {
      for (const Bracket& bracket : brackets) {
        const auto expected = static_cast<std::uint64_t>(bracket.share * static_cast<double>(of_group)) + 1;
        found[group].emplace_back(bracket, std::min(of_group, kMoreRoom * expected + of_group / kSpareShare));
      }
      std::vector<InsideKeys>& own = found[group];
      const auto add = [&](std::size_t query, std::size_t, std::span<const float> keys) {
        own[slot_[query]].add(keys);
      };
      const auto add_stored = [&](std::span<const std::size_t> some, const StoredKeys& keys) {
        if (some.size() > InsideKeys::kMostAtOnce) return false;
        std::array<InsideKeys*, InsideKeys::kMostAtOnce> to{};
        for (std::size_t i = 0; i < some.size(); ++i) to.at(i) = &own[slot_[some[i]]];
        return InsideKeys::add(keys, std::span(to).first(some.size()));
      };
      pass_(tiles_in(group), queries, {add, add_stored});
    });
    return found;
  }

  void answer(Query& query, const Bracket& bracket, const std::vector<std::vector<InsideKeys>>& found,
              std::size_t slot) {
    std::uint64_t above = 0;
    std::uint64_t inside = 0;
    std::vector<const InsideKeys*> parts;
    for (const auto& group : found) {
      const InsideKeys& part = group[slot];
      if (part.full()) return;
      above += part.above();
      inside += part.equal() + part.keys().size();
      parts.push_back(&part);
    }
    if (query.left <= above || query.left > above + inside) return;
    const std::uint64_t rank = query.left - above;  // among those inside
    const RankedKey at = find_inside(parts, bracket, rank);
    query.bits = at.key;
    query.answered = true;
    if (settle(query, rank - at.above, at.equal)) return;
    RankThreshold& answer = answers_[query.index];
    std::uint64_t before = 0;
    for (const InsideKeys* const part : parts) {
      for (const std::uint32_t number : part->number_in_tiles(at.key)) {
        answer.ties_before.push_back(before);
        before += number;
      }
    }
  }

  // Of `equal` keys at the threshold the first `kept` are to be kept. True if no ties are to be told apart:
  // with all of its equals kept, the largest value below says the same. The threshold is not 0 then: keeping
  // all zeros would keep all keys.
  bool settle(const Query& query, std::uint64_t kept, std::uint64_t equal) {
    RankThreshold& answer = answers_[query.index];
    const bool all = kept == equal;
    answer.threshold = std::bit_cast<float>(all ? query.bits - 1 : query.bits);
    answer.ties_kept = all ? 0 : kept;
    return all;
  }

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
          settle(query, place.left, place.count);
        });
  }

  // Counts every group's keys into bins and hands each query the bin of its rank.
  template <class Fill, class Found>
  void histogram(std::size_t bins, const Fill& fill, const Found& found) {
    const std::size_t groups = keys_.groups();
    const std::size_t size = bins * queries_.size();
    std::vector<std::uint64_t> totals(groups > 1 ? size : 0);
    std::mutex mutex;
    for_each(concurrency_, groups, [&](std::size_t group) {
      thread_local std::vector<std::uint32_t> counts;  // below 2^32 in a group
      counts.assign(size, 0);
      const std::span<std::uint32_t> local(counts);
      pass_(tiles_in(group), indices_, {[&](std::size_t query, std::size_t, std::span<const float> keys) {
              fill(queries_[slot_[query]], keys, local.subspan(slot_[query] * bins, bins));
            }});
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
      answers_[query.index].ties_before.assign(keys_.tiles, 0);
      split.push_back(query.index);
    }
    if (split.empty()) return;
    for_each(concurrency_, keys_.groups(), [&](std::size_t group) {
      pass_(tiles_in(group), split, {[&](std::size_t query, std::size_t tile, std::span<const float> keys) {
              RankThreshold& answer = answers_[query];
              answer.ties_before[tile] =
                  static_cast<std::uint64_t>(std::count(keys.begin(), keys.end(), answer.threshold));
            }});
    });
    for (const std::size_t query : split) {
      std::vector<std::uint64_t>& counts = answers_[query].ties_before;
      std::exclusive_scan(counts.begin(), counts.end(), counts.begin(), std::uint64_t{0});
    }
  }

  TileRange tiles_in(std::size_t group) const { return tiles_of(group, keys_.tiles_per_group, keys_.tiles); }

  KeyTiles keys_;
  Concurrency concurrency_;
  const KeyPass& pass_;
  std::vector<RankThreshold> answers_;
  std::vector<Query> queries_;        // those that need finding
  std::vector<std::size_t> indices_;  // their places in the caller's list
  std::vector<std::size_t> slot_;     // and back
};

}  // namespace

std::vector<RankThreshold> select_ranks(std::span<const std::uint64_t> kept, const KeyTiles& keys,
                                        Concurrency concurrency, const KeyPass& pass) {
  return Selection(kept, keys, concurrency, pass).run();
}

RankMemory rank_memory(std::size_t queries, const KeyTiles& keys) {
  if (queries == 0) return {};
  // Histograms of u32 in each thread and u64 for all; what is inside brackets.
  RankMemory memory{.thread = queries * kLowerBins * sizeof(std::uint32_t), .shared = 0};
  if (keys.groups() > 1) memory.shared = queries * kLowerBins * sizeof(std::uint64_t);
  const std::uint64_t room = kMoreRoom * kInside + queries * (keys.elements / kSpareShare);
  memory.shared += std::min(room, queries * keys.elements) * sizeof(std::uint32_t);
  return memory;
}

float key_of_rank(const RankThreshold& rank) {
  // Without ties the threshold is the value below: see find_lower().
  return rank.ties_kept > 0 ? rank.threshold
                            : std::bit_cast<float>(std::bit_cast<std::uint32_t>(rank.threshold) + 1);
}

}  // namespace tsugi::merge
