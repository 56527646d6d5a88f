// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/adapter/adapted_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "merge/checkpoint/json.h"
#include "merge/clones.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kBlockElements = std::size_t{1} << 18;  // read at once when columns are measured

constexpr std::size_t kLanes = 8;  // sums side by side: additions need not wait for each other

TSUGI_CLONES double sum_of_squares(const float* values, std::size_t count) {
  double lanes[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double value = values[i + lane];
      lanes[lane] += value * value;
    }
  }
  double sum = 0;
  for (; i < count; ++i) sum += double{values[i]} * double{values[i]};
  for (const double lane : lanes) sum += lane;
  return sum;
}

TSUGI_CLONES void add_squares(const float* values, std::size_t count, double* sums) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += double{values[i]} * double{values[i]};
}

TSUGI_CLONES void multiply(float* values, const float* factors, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) values[i] *= factors[i];
}

}  // namespace

AdaptedRows::AdaptedRows(TensorView base, LowRank product, std::optional<TensorView> magnitude,
                         bool by_column, std::string place)
    : base_(std::move(base)), product_(std::move(product)), by_column_(by_column), place_(std::move(place)) {
  if (!magnitude) return;
  magnitude_.resize(elements(magnitude->shape));
  const std::size_t length = row_length(magnitude->shape);
  read_rows(*magnitude, 0, length == 0 ? 0 : magnitude_.size() / length, magnitude_);
}

void AdaptedRows::read(std::size_t row_begin, std::size_t rows, std::span<float> out) const {
  read_sum(row_begin, rows, out);
  if (magnitude_.empty()) return;
  if (!by_column_) return scale_rows(row_begin, rows, out);
  std::call_once(found_, [this] { find_column_factors(); });
  const std::size_t length = product_.columns();
  for (std::size_t i = 0; i < rows; ++i) multiply(out.data() + i * length, column_factors_.data(), length);
}

void AdaptedRows::read_sum(std::size_t row_begin, std::size_t rows, std::span<float> out) const {
  read_rows(base_, row_begin, rows, out);
  product_.add(row_begin, rows, out);
}

void AdaptedRows::scale_rows(std::size_t row_begin, std::size_t rows, std::span<float> out) const {
  const std::size_t length = product_.columns();
  for (std::size_t i = 0; i < rows; ++i) {
    const std::span<float> row = out.subspan(i * length, length);
    const float by = factor(sum_of_squares(row.data(), length), row_begin + i);
    for (float& value : row) value *= by;
  }
}

void AdaptedRows::find_column_factors() const {
  const std::size_t length = product_.columns();
  const std::size_t step = std::max<std::size_t>(1, kBlockElements / std::max<std::size_t>(1, length));
  std::vector<double> squares(length, 0.0);
  std::vector<float> block(step * length);
  for (std::size_t row = 0; row < product_.rows(); row += step) {
    const std::size_t count = std::min(step, product_.rows() - row);
    read_sum(row, count, std::span(block).first(count * length));
    for (std::size_t i = 0; i < count; ++i) add_squares(block.data() + i * length, length, squares.data());
  }
  std::vector<float> factors(length);
  for (std::size_t j = 0; j < length; ++j) factors[j] = factor(squares[j], j);
  column_factors_ = std::move(factors);
}

float AdaptedRows::factor(double squares, std::size_t index) const {
  if (squares == 0) {
    throw InputError(place_,
                     fmt::format("DoRA has no direction for output {} of {}: its weights are all zero", index,
                                 cited(base_.name)),
                     "check that the adapter was trained on this base");
  }
  return static_cast<float>(double{magnitude_[index]} / std::sqrt(squares));
}

ShiftedRow::ShiftedRow(TensorView base, TensorView change, float scale)
    : base_(std::move(base)), change_(std::move(change)), scale_(scale) {}

void ShiftedRow::read(std::size_t row_begin, std::size_t rows, std::span<float> out) const {
  read_rows(base_, row_begin, rows, out);
  std::vector<float> change(out.size());
  read_rows(change_, row_begin, rows, change);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] += scale_ * change[i];
}

}  // namespace tsugi::merge
