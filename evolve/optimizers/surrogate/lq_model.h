// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A model of the fitness that grows with the data: linear, then with squares, then fully quadratic (Hansen,
// "A Global Surrogate Assisted CMA-ES", GECCO 2019; settings of pycma 4's LQModel).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {

/// Values are costs: smaller is better.
class LqModel {
 public:
  /// Keeps at least `least_size` points; more when the full model needs them.
  LqModel(std::size_t dimension, std::size_t least_size) : dimension_(dimension), least_size_(least_size) {}

  /// Adds a point in front of the others, unless it is there already. Old points fall off the end.
  void add(const Point& point, double value);

  /// Weighted least squares over the best three quarters of the points, weights falling from 20 to 1; the
  /// shortest solution where there are too few. To be called after add and before what follows.
  void fit();

  /// Sorts the newest `count` points, best first.
  void sort_newest(std::size_t count);

  std::size_t size() const { return rows_.size(); }
  double operator()(const Point& point) const;

  /// Kendall's tau-b between values and model over the newest `count` points; 0 below three points or where
  /// either is constant.
  double kendall(std::size_t count) const;

  /// The stationary point of the model, or a step down its slope while it is linear.
  Point best() const;

 private:
  enum class Shape { linear, squares, full };

  struct Row {
    Point point;
    double value = 0;
  };

  std::size_t terms(Shape shape) const;
  std::vector<double> expanded(const Point& point) const;

  std::size_t dimension_;
  std::size_t least_size_;
  Shape shape_ = Shape::linear;
  std::vector<Row> rows_;             ///< newest first, but for what sort_newest did
  std::vector<double> coefficients_;  ///< constant, linear, squares, products i < j
};

/// Kendall's tau-b; 0 where a side is constant.
double kendall_tau(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace tsugi::evolve
