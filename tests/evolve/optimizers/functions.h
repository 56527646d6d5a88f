// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Functions to minimise that the field measures optimizers on, and counting evaluations as pycma does.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve::test {

using Function = double (*)(const Point&);

/// 1e6 to the power of i / (n - 1): the condition of the ill-conditioned ones.
inline double axis_weight(std::size_t i, std::size_t n) {
  return std::pow(1e6, static_cast<double>(i) / static_cast<double>(n - 1));
}

inline double sphere(const Point& x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return sum;
}

inline double ellipsoid(const Point& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += axis_weight(i, x.size()) * x[i] * x[i];
  return sum;
}

inline double cigar(const Point& x) {
  return 1e6 * sphere(x) - (1e6 - 1) * x[0] * x[0];
}

inline double discus(const Point& x) {
  return sphere(x) + (1e6 - 1) * x[0] * x[0];
}

inline double rosenbrock(const Point& x) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    sum += 100 * std::pow(x[i] * x[i] - x[i + 1], 2) + std::pow(x[i] - 1, 2);
  }
  return sum;
}

inline double rastrigin(const Point& x) {
  double sum = 10 * static_cast<double>(x.size());
  for (const double v : x) sum += v * v - 10 * std::cos(2 * std::numbers::pi * v);
  return sum;
}

/// Values of a function to minimise as trials, which are better when larger.
inline std::vector<Trial> trials_of(const std::vector<double>& values) {
  std::vector<Trial> trials;
  for (const double value : values) trials.push_back({.objectives = {-value}});
  return trials;
}

inline std::vector<double> values_of(Function function, const std::vector<Point>& points) {
  std::vector<double> values;
  for (const Point& point : points) values.push_back(function(point));
  return values;
}

struct Spread {
  std::size_t least = 0, median = 0, most = 0;
};

inline Spread spread_of(std::vector<std::size_t> counts) {
  std::sort(counts.begin(), counts.end());
  return {counts.front(), counts[counts.size() / 2], counts.back()};
}

/// Prints a row of docs/optimizers.md and returns ours over theirs.
inline double ratio_printed(const char* optimizer, const std::string& what, double theirs, double ours) {
  fmt::print("| {} | {} | {:.6g} | {:.6g} | {:.3f} |\n", optimizer, what, theirs, ours, ours / theirs);
  return ours / theirs;
}

}  // namespace tsugi::evolve::test
