// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/value_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "merge/clones.h"
#include "merge/look/walk.h"
#include "merge/steps/sums.h"

namespace tsugi::merge {
namespace {

struct Extremes {
  std::int32_t low;
  std::int32_t high;
  std::uint32_t zeros;
};

// Bits of f32, with those of negative numbers turned round, order as integers like the numbers they stand
// for: integers have a vector minimum that needs no care for NaN.
inline std::int32_t ordered(float value) {
  const auto bits = std::bit_cast<std::int32_t>(value);
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

inline float from_ordered(std::int32_t key) {
  return std::bit_cast<float>(key ^ ((key >> 31) & 0x7fffffff));
}

TSUGI_CLONES Extremes extremes_n(const float* values, std::size_t n) {
  Extremes found{std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min(), 0};
  for (std::size_t i = 0; i < n; ++i) {
    const std::int32_t key = ordered(values[i]);
    found.low = std::min(found.low, key);
    found.high = std::max(found.high, key);
    found.zeros += static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(values[i]) << 1) == 0);
  }
  return found;
}

void add_one_by_one(std::span<const float> values, std::size_t begin, ValueSums& sums) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values[i];
    if (!std::isfinite(value)) {
      ++(std::isnan(value) ? sums.nan : sums.infinite);
      sums.first_bad = std::min(sums.first_bad, begin + i);
      continue;
    }
    sums.zeros += value == 0 ? 1 : 0;
    sums.low = std::min(sums.low, value);
    sums.high = std::max(sums.high, value);
    sums.squares += static_cast<double>(value) * static_cast<double>(value);
  }
}

}  // namespace

void ValueSums::add(const ValueSums& other) {
  elements += other.elements;
  nan += other.nan;
  infinite += other.infinite;
  first_bad = std::min(first_bad, other.first_bad);
  zeros += other.zeros;
  low = std::min(low, other.low);
  high = std::max(high, other.high);
  squares += other.squares;
}

double ValueSums::rms() const {
  return finite() == 0 ? 0 : std::sqrt(squares / static_cast<double>(finite()));
}

void add_values(std::span<const float> values, std::size_t begin, ValueSums& sums) {
  sums.elements += values.size();
  if (values.empty()) return;
  if (!all_finite(values)) return add_one_by_one(values, begin, sums);
  const Extremes found = extremes_n(values.data(), values.size());
  sums.low = std::min(sums.low, from_ordered(found.low));
  sums.high = std::max(sums.high, from_ordered(found.high));
  sums.zeros += found.zeros;
  sums.squares += steps::dot(values, values);
}

std::vector<ValueSums> scan_values(std::span<const TensorView* const> tensors,
                                   const std::function<void(std::uint64_t)>& progress) {
  std::vector<Walk> walks;
  for (const TensorView* tensor : tensors) walks.push_back(walk_of({tensor}));
  return sum_over<ValueSums>(
      walks,
      [&](std::size_t tensor, std::size_t begin, std::size_t count, ValueSums& sums) {
        const std::span<float> values = walk_buffer(0, count);
        read_values(*tensors[tensor], begin, values);
        add_values(values, begin, sums);
      },
      progress);
}

ValueSums scan_values(const TensorView& tensor) {
  const Walk walk = walk_of({&tensor});
  ValueSums sums;
  std::vector<float> values(walk.step);
  for (std::size_t at = 0; at < walk.elements; at += walk.step) {
    const std::span<float> tile(values.data(), std::min(walk.step, walk.elements - at));
    read_values(tensor, at, tile);
    add_values(tile, at, sums);
  }
  return sums;
}

std::string bad_values_text(const ValueSums& sums, const Shape& shape) {
  std::string counts;
  if (sums.nan > 0) counts = fmt::format("{} NaN", sums.nan);
  if (sums.infinite > 0) {
    counts += fmt::format("{}{} infinite", counts.empty() ? "" : " and ", sums.infinite);
  }
  const std::size_t length = row_length(shape);
  const std::string place =
      shape.size() > 1 && length > 0
          ? fmt::format(" [row {}, column {}]", sums.first_bad / length, sums.first_bad % length)
          : "";
  return fmt::format("{} of {} values, the first at element {}{}", counts, sums.elements, sums.first_bad,
                     place);
}

std::string uninitialised_text(const ValueSums& sums, const Shape& shape) {
  if (shape.size() < 2 || sums.elements < 2 || sums.bad() > 0 || sums.low != sums.high) return "";
  if (sums.low == 0) return "every value is zero: looks uninitialised";
  return fmt::format("every value is {}: looks uninitialised", sums.low);
}

}  // namespace tsugi::merge
