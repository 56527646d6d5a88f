// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/rank_bracket.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <optional>
#include <utility>

#include "merge/clones.h"

namespace tsugi::merge {
namespace {

using kernels::Collected;

struct Counts {
  std::uint32_t above = 0;
  std::uint32_t equal = 0;
};

// Counts keys above `high` and those equal to the guess, and marks the others from `low` to `high` with a
// byte of 1. Bits of non-negative f32 compare the same with a sign, which is what vectors of integers can do.
void mark_inside(const float* keys, std::size_t n, const Collected& bracket, std::uint8_t* marks,
                 Counts& counts) {
  const std::int32_t low = bracket.low;
  const std::int32_t high = bracket.high;
  const std::int32_t guess = bracket.guess;
  std::uint32_t above = 0;
  std::uint32_t equal = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto bits = std::bit_cast<std::int32_t>(keys[i]);
    above += static_cast<std::uint32_t>(bits > high);
    equal += static_cast<std::uint32_t>(bits == guess);
    marks[i] =
        static_cast<std::uint8_t>(static_cast<unsigned>(bits >= low) & static_cast<unsigned>(bits <= high) &
                                  static_cast<unsigned>(bits != guess));
  }
  counts = {above, equal};
}

TSUGI_CLONES std::uint32_t count_above(const std::uint32_t* keys, std::size_t n, std::int32_t middle) {
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < n; ++i)
    count += static_cast<std::uint32_t>(static_cast<std::int32_t>(keys[i]) > middle);
  return count;
}

TSUGI_CLONES std::uint32_t count_above(const float* keys, std::size_t n, float middle) {
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < n; ++i) count += static_cast<std::uint32_t>(keys[i] > middle);
  return count;
}

TSUGI_CLONES std::uint32_t count_inside(const float* keys, std::size_t n, std::int32_t low, std::int32_t high,
                                        std::int32_t guess) {
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto bits = std::bit_cast<std::int32_t>(keys[i]);
    count += static_cast<unsigned>(bits >= low) & static_cast<unsigned>(bits <= high) &
             static_cast<unsigned>(bits != guess);
  }
  return count;
}

std::int32_t as_signed(std::uint32_t bits) {
  return static_cast<std::int32_t>(std::min<std::uint32_t>(bits, std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

// 16 KB of counts stay in the nearest cache.
constexpr std::size_t kBins = 4096;

Ranks::Ranks(Parts keys, std::uint32_t least, std::uint32_t most)
    : parts_(std::move(keys)), least_(least), counts_(kBins), bin_(kBins) {
  const auto wide = static_cast<int>(std::bit_width(most - least));
  shift_ = std::max(0, wide - static_cast<int>(std::bit_width(kBins - 1)));
  for (const auto& part : parts_) {
    for (const std::uint32_t key : part) ++counts_[bin_of(key)];
  }
}

void Ranks::look_into(std::size_t bin) {
  if (bin == bin_) return;
  bin_ = bin;
  // Every key is written and those of the bin move on: which they are no processor would foresee.
  inside_.resize(counts_[bin] + 1);
  std::size_t count = 0;
  for (const auto& part : parts_) {
    for (const std::uint32_t key : part) {
      inside_[count] = key;
      count += static_cast<std::size_t>(bin_of(key) == bin);
    }
  }
  inside_.resize(count);
}

RankedKey Ranks::at(std::size_t k) {
  std::size_t bin = kBins - 1;
  std::size_t above = 0;
  for (; above + counts_[bin] < k; --bin) above += counts_[bin];
  look_into(bin);
  const auto place = inside_.begin() + static_cast<std::ptrdiff_t>(k - above - 1);
  std::nth_element(inside_.begin(), place, inside_.end(), std::greater<>());
  const std::uint32_t found = *place;
  const auto larger = std::count_if(inside_.begin(), inside_.end(), [&](auto key) { return key > found; });
  const auto equal = std::count(inside_.begin(), inside_.end(), found);
  return {.key = found,
          .above = above + static_cast<std::size_t>(larger),
          .equal = static_cast<std::size_t>(equal)};
}

RankedKey find_inside(std::span<const InsideKeys* const> found, const Bracket& bracket, std::size_t k) {
  std::size_t above = 0;
  std::size_t equal = 0;
  Ranks::Parts parts;
  for (const InsideKeys* const part : found) {
    parts.push_back(part->keys());
    above += count_above(parts.back().data(), parts.back().size(), as_signed(bracket.guess));
    equal += part->equal();
  }
  if (k <= above) return Ranks(std::move(parts), bracket.low, bracket.high).at(k);
  if (k <= above + equal) return {.key = bracket.guess, .above = above, .equal = equal};
  RankedKey at = Ranks(std::move(parts), bracket.low, bracket.high).at(k - equal);
  at.above += equal;
  return at;
}

namespace {

// Where ranks near `share` of a sample are expected, by every 32nd key of it: four standard errors, and a
// fiftieth of the sample for how far apart the ranks are.
Bracket window_of(std::span<const float> sample, double share) {
  constexpr std::size_t kEvery = 32;
  constexpr std::size_t kFew = 1024;
  constexpr double kApart = 0.02;
  Bracket window;
  std::vector<std::uint32_t> some;
  for (std::size_t i = 0; i < sample.size(); i += kEvery)
    some.push_back(std::bit_cast<std::uint32_t>(sample[i]));
  if (some.size() < kFew) return window;
  const auto size = static_cast<double>(some.size());
  const double margin = 4 * std::sqrt(size * share * (1 - share)) + kApart * size;
  const auto [least, most] = std::minmax_element(some.begin(), some.end());
  Ranks ranks({some}, *least, *most);
  if (share * size - margin >= 1) window.high = ranks.at(static_cast<std::size_t>(share * size - margin)).key;
  if (share * size + margin <= size)
    window.low = ranks.at(static_cast<std::size_t>(share * size + margin)).key;
  window.guess = window.low;
  return window;
}

// Ranks of a sample, most of them near one.
class SampleRanks {
 public:
  SampleRanks(std::span<const float> sample, double share)
      : sample_(sample), window_(window_of(sample, share)), inside_(window_, sample.size()) {
    inside_.add(sample);
    if (!inside_.keys().empty()) near_.emplace(Ranks::Parts{inside_.keys()}, window_.low, window_.high);
  }

  // The k-th largest, k from 1 to their number.
  std::uint32_t at(std::size_t k) {
    const std::size_t above = inside_.above();
    const std::size_t larger = inside_.keys().size();  // than the lowest of the window
    if (k > above && k - above <= larger) return near_->at(k - above).key;
    if (k > above && k - above <= larger + inside_.equal()) return window_.low;
    std::vector<std::uint32_t> all(sample_.size());
    std::memcpy(all.data(), sample_.data(), sample_.size_bytes());
    const auto place = all.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::nth_element(all.begin(), place, all.end(), std::greater<>());
    return *place;
  }

 private:
  std::span<const float> sample_;
  Bracket window_;
  InsideKeys inside_;
  std::optional<Ranks> near_;
};

}  // namespace

Bracket bracket_of(std::span<const float> sample, std::size_t tile, double share) {
  const auto size = static_cast<double>(sample.size());
  const auto at = [&](double rank) {
    return static_cast<std::size_t>(std::clamp(std::floor(rank), 1.0, size));
  };
  SampleRanks ranks(sample, share);
  Bracket bracket;
  bracket.guess = ranks.at(at(share * size));
  // The spread of the tiles' own counts tells how far off the sample's rank may be.
  double squares = 0;
  for (std::size_t begin = 0; begin < sample.size(); begin += tile) {
    const std::span<const float> own = sample.subspan(begin, std::min(tile, sample.size() - begin));
    const double over = count_above(own.data(), own.size(), std::bit_cast<float>(bracket.guess));
    const double difference = over - share * static_cast<double>(own.size());
    squares += difference * difference;
  }
  // Four standard errors: once in ten thousand tensors the bracket misses and histograms are taken instead.
  // Eight more for tails, where counts are too small for a spread.
  const double margin = 4 * std::sqrt(squares) + 8;
  const double high = share * size - margin;
  const double low = share * size + margin;
  if (high >= 1) bracket.high = ranks.at(at(high));
  if (low <= size) bracket.low = ranks.at(at(low));
  bracket.share = count_inside(sample.data(), sample.size(), as_signed(bracket.low), as_signed(bracket.high),
                               as_signed(bracket.guess)) /
                  size;
  return bracket;
}

InsideKeys::InsideKeys(const Bracket& bracket, std::size_t room) : bracket_(bracket), room_(room) {}

void InsideKeys::make_room() {
  if (!bracket_.single() && keys_ == nullptr)
    keys_ = std::make_unique_for_overwrite<std::uint32_t[]>(room_ + kernels::kBehindRoom);
}

kernels::Collected InsideKeys::collected() const {
  return {.low = as_signed(bracket_.low),
          .high = as_signed(bracket_.high),
          .guess = as_signed(bracket_.guess),
          .out = keys_.get(),
          .room = full_ ? 0 : room_,
          .count = full_ ? 0 : count_,
          .equal = equal_,
          .above = above_};
}

void InsideKeys::take(const Collected& now) {
  above_ = now.above;
  equal_ = now.equal;
  full_ |= now.full;
  if (!full_) count_ = now.count;
  ends_.push_back({count_, equal_});
}

bool InsideKeys::add(const StoredKeys& keys, std::span<InsideKeys* const> to) {
  std::array<Collected, kMostAtOnce> all{};
  for (std::size_t i = 0; i < to.size(); ++i) {
    to[i]->make_room();
    all.at(i) = to[i]->collected();
  }
  if (!kernels::active(keys.type)->collect_stored(keys, std::span(all).first(to.size()))) return false;
  for (std::size_t i = 0; i < to.size(); ++i) to[i]->take(all.at(i));
  return true;
}

void InsideKeys::add(std::span<const float> keys) {
  make_room();
  Collected bracket = collected();
  if (const kernels::InstructionSet* const fast = kernels::active()) {
    fast->collect(keys, bracket);
    return take(bracket);
  }
  thread_local std::vector<std::uint8_t> marks;
  // Few keys are inside: eight words of marks at a time are looked at, and mostly passed over.
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  constexpr std::size_t kStep = 8;
  marks.assign((keys.size() + kStep * kWord - 1) / (kStep * kWord) * kStep * kWord, 0);
  Counts counts;
  mark_inside(keys.data(), keys.size(), bracket, marks.data(), counts);
  above_ += counts.above;
  equal_ += counts.equal;
  for (std::size_t i = 0; i < marks.size() && !full_ && !bracket_.single(); i += kStep * kWord) {
    std::array<std::uint64_t, kStep> words{};
    std::memcpy(words.data(), marks.data() + i, sizeof(words));
    std::uint64_t any = 0;
    for (const std::uint64_t word : words) any |= word;
    if (any == 0) continue;
    for (std::size_t w = 0; w < kStep; ++w) keep(keys.data() + i + w * kWord, words[w]);
  }
  ends_.push_back({count_, equal_});
}

std::vector<std::uint32_t> InsideKeys::number_in_tiles(std::uint32_t key) const {
  std::vector<std::uint32_t> numbers;
  End before{0, 0};
  for (const End& end : ends_) {
    const std::span<const std::uint32_t> own = keys().subspan(before.count, end.count - before.count);
    numbers.push_back(static_cast<std::uint32_t>(
        key == bracket_.guess ? end.equal - before.equal
                              : static_cast<std::uint64_t>(std::count(own.begin(), own.end(), key))));
    before = end;
  }
  return numbers;
}

// Those of eight keys that are marked.
void InsideKeys::keep(const float* keys, std::uint64_t marks) {
  for (; marks != 0 && !full_; marks &= marks - 1) {
    full_ = count_ == room_;
    if (full_) return;
    keys_[count_++] =
        std::bit_cast<std::uint32_t>(keys[static_cast<std::size_t>(std::countr_zero(marks)) / 8]);
  }
}

}  // namespace tsugi::merge
