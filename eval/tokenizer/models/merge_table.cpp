// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tokenizer/models/merge_table.h"

#include <algorithm>
#include <array>
#include <bit>
#include <queue>

namespace tsugi::eval::tokenization {
namespace {

using Merge = MergeTable::Merge;

// Up to this many symbols a scan for the least rank is faster than a heap; nearly every word of natural text
// is shorter.
constexpr std::size_t kScanLimit = 32;

void merge_by_scan(const MergeTable& merges, std::vector<TokenId>& symbols) {
  std::array<Merge, kScanLimit> next;  // [i]: what symbols i and i + 1 merge to
  std::size_t count = symbols.size();
  for (std::size_t i = 0; i + 1 < count; ++i) next[i] = merges.find(symbols[i], symbols[i + 1]);
  while (count > 1) {
    const Merge* const end = next.data() + (count - 1);
    const Merge* const least = std::min_element<const Merge*>(
        next.data(), end, [](const Merge& a, const Merge& b) { return a.rank < b.rank; });
    if (least->rank == MergeTable::kNone) break;
    const auto at = static_cast<std::size_t>(least - next.data());
    symbols[at] = least->merged;
    std::copy(symbols.begin() + at + 2, symbols.begin() + count, symbols.begin() + at + 1);
    std::copy(next.begin() + at + 1, next.begin() + (count - 1), next.begin() + at);
    --count;
    if (at > 0) next[at - 1] = merges.find(symbols[at - 1], symbols[at]);
    if (at + 1 < count) next[at] = merges.find(symbols[at], symbols[at + 1]);
  }
  symbols.resize(count);
}

/// Symbols as a doubly linked list, and a heap of possible merges with entries that may have expired.
class HeapMerger {
 public:
  HeapMerger(const MergeTable& merges, const std::vector<TokenId>& symbols) : merges_(merges) {
    links_.reserve(symbols.size());
    for (std::size_t i = 0; i < symbols.size(); ++i) links_.push_back({symbols[i], i - 1, i + 1, true});
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) push(i);
  }

  void run() {
    while (!heap_.empty()) {
      const Entry entry = heap_.top();
      heap_.pop();
      Link& left = links_[entry.position];
      if (!left.alive || left.next >= links_.size()) continue;
      Link& right = links_[left.next];
      const Merge now = merges_.find(left.id, right.id);
      if (now.rank != entry.rank) continue;  // the pair has changed since
      left.id = now.merged;
      right.alive = false;
      left.next = right.next;
      if (left.next < links_.size()) links_[left.next].previous = entry.position;
      if (left.previous < links_.size()) push(left.previous);
      push(entry.position);
    }
  }

  void write(std::vector<TokenId>& symbols) const {
    symbols.clear();
    for (const Link& link : links_) {
      if (link.alive) symbols.push_back(link.id);
    }
  }

 private:
  struct Link {
    TokenId id;
    std::size_t previous;  ///< links_.size() or more: none (0 - 1 wraps to the largest number)
    std::size_t next;
    bool alive;
  };
  struct Entry {
    std::uint32_t rank;
    std::size_t position;
    bool operator>(const Entry& other) const {
      return rank != other.rank ? rank > other.rank : position > other.position;
    }
  };

  void push(std::size_t position) {
    const Link& left = links_[position];
    if (left.next >= links_.size()) return;
    const Merge merge = merges_.find(left.id, links_[left.next].id);
    if (merge.rank != MergeTable::kNone) heap_.push({merge.rank, position});
  }

  const MergeTable& merges_;
  std::vector<Link> links_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
};

}  // namespace

// At most half full, so that a probe rarely goes past the first slot.
MergeTable::MergeTable(std::size_t merges) : slots_(std::bit_ceil(2 * merges + 2)) {
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots_.size()));
}

std::size_t MergeTable::slot_of(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = (key * 0x9E3779B97F4A7C15U) >> shift_;  // Fibonacci hashing: 2^64 / golden ratio
  while (slots_[slot].merge.rank != kNone && slots_[slot].key != key) slot = (slot + 1) & mask;
  return slot;
}

void MergeTable::set(TokenId left, TokenId right, Merge merge) {
  const std::uint64_t key = key_of(left, right);
  slots_[slot_of(key)] = {key, merge};
}

void merge_symbols(const MergeTable& merges, std::vector<TokenId>& symbols) {
  if (symbols.size() <= kScanLimit) return merge_by_scan(merges, symbols);
  HeapMerger merger(merges, symbols);
  merger.run();
  merger.write(symbols);
}

}  // namespace tsugi::eval::tokenization
