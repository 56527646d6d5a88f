// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/surrogate/lq_model.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "evolve/optimizers/cma/eigen_views.h"

namespace tsugi::evolve {
namespace {

// pycma's settings.
constexpr double kUsedShare = 0.75;     // of the points, the best ones, go into the fit
constexpr double kLeastRelative = 1.1;  // used points for each term before a shape is taken
constexpr double kMostRelative = 2;     // points for each term of the full shape that are kept
constexpr double kMostWeight = 20;      // of the best point; the worst has 1

double sign(double x) {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

}  // namespace

double kendall_tau(const std::vector<double>& x, const std::vector<double>& y) {
  double agreement = 0;
  double x_pairs = 0;
  double y_pairs = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double dx = sign(x[i] - x[j]);
      const double dy = sign(y[i] - y[j]);
      agreement += dx * dy;
      x_pairs += dx * dx;
      y_pairs += dy * dy;
    }
  }
  return x_pairs > 0 && y_pairs > 0 ? agreement / std::sqrt(x_pairs * y_pairs) : 0;
}

std::size_t LqModel::terms(Shape shape) const {
  const std::size_t n = dimension_;
  return shape == Shape::full ? n * (n + 3) / 2 + 1 : shape == Shape::squares ? 2 * n + 1 : n + 1;
}

std::vector<double> LqModel::expanded(const Point& point) const {
  std::vector<double> out = {1};
  out.reserve(terms(shape_));
  out.insert(out.end(), point.begin(), point.end());
  if (shape_ == Shape::linear) return out;
  for (const double x : point) out.push_back(x * x);
  if (shape_ == Shape::squares) return out;
  for (std::size_t i = 0; i < dimension_; ++i) {
    for (std::size_t j = i + 1; j < dimension_; ++j) out.push_back(point[i] * point[j]);
  }
  return out;
}

void LqModel::add(const Point& point, double value) {
  const bool known =
      std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) { return row.point == point; });
  if (known) return;
  rows_.insert(rows_.begin(), {.point = point, .value = value});
  const double used = kUsedShare * static_cast<double>(rows_.size());
  for (const Shape shape : {Shape::squares, Shape::full}) {
    if (shape > shape_ && used >= kLeastRelative * static_cast<double>(terms(shape))) shape_ = shape;
  }
  const std::size_t most = std::max(
      least_size_, static_cast<std::size_t>(kMostRelative * static_cast<double>(terms(Shape::full))));
  if (rows_.size() > most) rows_.resize(most);
}

void LqModel::fit() {
  if (rows_.empty()) return;
  std::vector<std::size_t> order(rows_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rows_[a].value < rows_[b].value; });
  const auto share = static_cast<std::size_t>(kUsedShare * static_cast<double>(rows_.size() + 1));
  order.resize(std::min(order.size(), std::max(terms(shape_) + 2, share)));
  const auto count = static_cast<Eigen::Index>(order.size());
  Eigen::MatrixXd design(count, static_cast<Eigen::Index>(terms(shape_)));
  Vector values(count);
  for (Eigen::Index k = 0; k < count; ++k) {
    const Row& row = rows_[order[static_cast<std::size_t>(k)]];
    const double fall = count > 1 ? (kMostWeight - 1) / static_cast<double>(count - 1) : 0;
    const double weight = kMostWeight - fall * static_cast<double>(k);
    const std::vector<double> terms_of_row = expanded(row.point);
    design.row(k) = weight * view(terms_of_row).transpose();
    values[k] = weight * row.value;
  }
  const Vector solution = design.completeOrthogonalDecomposition().solve(values);
  coefficients_.assign(solution.begin(), solution.end());
}

void LqModel::sort_newest(std::size_t count) {
  const auto end = rows_.begin() + static_cast<std::ptrdiff_t>(std::min(count, rows_.size()));
  std::stable_sort(rows_.begin(), end, [](const Row& a, const Row& b) { return a.value < b.value; });
}

double LqModel::operator()(const Point& point) const {
  if (coefficients_.empty()) return 0;
  const std::vector<double> terms_of_point = expanded(point);
  return view(coefficients_).dot(view(terms_of_point));
}

double LqModel::kendall(std::size_t count) const {
  count = std::min(count, rows_.size());
  if (count < 3) return 0;
  std::vector<double> values;
  std::vector<double> modelled;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(rows_[i].value);
    modelled.push_back((*this)(rows_[i].point));
  }
  return kendall_tau(values, modelled);
}

Point LqModel::best() const {
  const auto n = static_cast<Eigen::Index>(dimension_);
  const ConstVectorMap all = view(coefficients_);
  const Vector slope = all.segment(1, n);
  Point place = rows_.front().point;
  if (shape_ == Shape::linear) {
    view(place) -= 2 * slope;  // only the direction matters: who injects it limits the length
    return place;
  }
  Eigen::MatrixXd curvature = all.segment(1 + n, n).asDiagonal();
  if (shape_ == Shape::full) {
    Eigen::Index next = 1 + 2 * n;
    for (Eigen::Index i = 0; i < n; ++i) {
      for (Eigen::Index j = i + 1; j < n; ++j) curvature(i, j) = curvature(j, i) = all[next++] / 2;
    }
  }
  view(place) = curvature.completeOrthogonalDecomposition().solve(slope / -2);
  return place;
}

}  // namespace tsugi::evolve
