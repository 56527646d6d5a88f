// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/adapter/low_rank.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "merge/clones.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;  // of factors in f32: those of several large layers
constexpr std::size_t kWidth = 16;  // columns at once: one AVX-512 register, two of AVX2
using Lanes = float __attribute__((vector_size(kWidth * sizeof(float))));

std::size_t bytes_of(const PackedFactors& factors) {
  return (factors.left.size() + factors.right.size()) * sizeof(float);
}

// Copies of a size that is known at compile time, but for the last columns.
inline __attribute__((always_inline)) void add_lanes(const Lanes& sum, float scale, float* to,
                                                     std::size_t bytes) {
  Lanes values = {};
  if (bytes == sizeof(values)) {
    std::memcpy(&values, to, sizeof(values));
    values += scale * sum;
    std::memcpy(to, &values, sizeof(values));
  } else {
    std::memcpy(&values, to, bytes);
    values += scale * sum;
    std::memcpy(to, &values, bytes);
  }
}

// out[rows, width] += scale * left[rows, rank] right[rank, 16], width up to 16. Four rows share a load of the
// right factor and keep the adders busy; every element's own sum is the same in either loop.
TSUGI_CLONES void add_columns(const float* left, std::size_t rows, std::size_t rank, const float* right,
                              float scale, float* out, std::size_t stride, std::size_t width) {
  const std::size_t bytes = width * sizeof(float);
  std::size_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const float* const l = left + row * rank;
    Lanes sums[4] = {};
    for (std::size_t k = 0; k < rank; ++k) {
      Lanes lanes;
      std::memcpy(&lanes, right + k * kWidth, sizeof(lanes));
      sums[0] += l[k] * lanes;
      sums[1] += l[rank + k] * lanes;
      sums[2] += l[2 * rank + k] * lanes;
      sums[3] += l[3 * rank + k] * lanes;
    }
    for (std::size_t i = 0; i < 4; ++i) add_lanes(sums[i], scale, out + (row + i) * stride, bytes);
  }
  for (; row < rows; ++row) {
    Lanes sum = {};
    for (std::size_t k = 0; k < rank; ++k) {
      Lanes lanes;
      std::memcpy(&lanes, right + k * kWidth, sizeof(lanes));
      sum += left[row * rank + k] * lanes;
    }
    add_lanes(sum, scale, out + row * stride, bytes);
  }
}

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::vector<float> read_all(const TensorView& tensor) {
  std::vector<float> values(elements(tensor.shape));
  read_rows(tensor, 0, tensor.shape[0], values);
  return values;
}

std::vector<float> transpose(const std::vector<float>& values, std::size_t rows, std::size_t columns) {
  std::vector<float> result(values.size());
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) result[j * rows + i] = values[i * columns + j];
  }
  return result;
}

// [rank, columns] in blocks of kWidth columns.
std::vector<float> pack(const std::vector<float>& values, std::size_t rank, std::size_t columns) {
  const std::size_t blocks = (columns + kWidth - 1) / kWidth;
  std::vector<float> result(blocks * rank * kWidth, 0.0F);
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::size_t begin = block * kWidth;
    const std::size_t width = std::min(kWidth, columns - begin);
    for (std::size_t k = 0; k < rank; ++k) {
      std::copy_n(values.data() + k * columns + begin, width, result.data() + (block * rank + k) * kWidth);
    }
  }
  return result;
}

}  // namespace

std::shared_ptr<const PackedFactors> FactorCache::find(std::uint64_t owner) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.first == owner; });
  if (found == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  return entries_.front().second;
}

void FactorCache::keep(std::uint64_t owner, std::shared_ptr<const PackedFactors> factors) {
  const std::lock_guard lock(mutex_);
  const bool there =
      std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.first == owner; });
  if (there) return;  // another thread was faster
  bytes_ += bytes_of(*factors);
  entries_.emplace_front(owner, std::move(factors));
  while (bytes_ > kMostBytes && entries_.size() > 1) {
    bytes_ -= bytes_of(*entries_.back().second);
    entries_.pop_back();
  }
}

std::size_t FactorCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

LowRank::LowRank(TensorView a, TensorView b, bool transposed, float scale, std::shared_ptr<FactorCache> cache)
    : a_(std::move(a)),
      b_(std::move(b)),
      transposed_(transposed),
      scale_(scale),
      rank_(a_.shape[0]),
      number_(next_number()),
      cache_(std::move(cache)) {}

std::shared_ptr<const PackedFactors> LowRank::packed() const {
  if (auto found = cache_->find(number_)) return found;
  auto made = std::make_shared<PackedFactors>();
  if (transposed_) {
    made->right = pack(transpose(read_all(b_), b_.shape[0], rank_), rank_, columns());
    made->left = transpose(read_all(a_), rank_, rows());
  } else {
    made->right = pack(read_all(a_), rank_, columns());
  }
  cache_->keep(number_, made);
  return made;
}

void LowRank::add(std::size_t row_begin, std::size_t rows, std::span<float> values) const {
  const auto factors = packed();
  std::vector<float> read;
  if (!transposed_) {
    read.resize(rows * rank_);
    read_rows(b_, row_begin, rows, read);
  }
  const float* const left = transposed_ ? factors->left.data() + row_begin * rank_ : read.data();
  const std::size_t width = columns();
  for (std::size_t begin = 0; begin < width; begin += kWidth) {
    add_columns(left, rows, rank_, factors->right.data() + begin * rank_, scale_, values.data() + begin,
                width, std::min(kWidth, width - begin));
  }
}

}  // namespace tsugi::merge
