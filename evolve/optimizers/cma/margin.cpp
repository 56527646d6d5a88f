// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma/margin.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

namespace tsugi::evolve {
namespace {

// The standard deviations beyond which a tail of probability `tail` begins: sqrt(chi2inv(1 - 2 tail)).
double tail_distance(double tail) {
  constexpr double kLeast = 1e-10;  // at either end, so that a quantile stays finite
  return -boost::math::quantile(boost::math::normal(), std::clamp(tail, kLeast, 0.5 - kLeast));
}

double tail_below(double x, double mean, double scale) {
  return std::erfc((mean - x) / (scale * std::sqrt(2.0))) / 2;
}

// Thresholds around the mean: the ends of its own value's cell, or of the only threshold twice where the mean
// is in an end cell.
struct Cell {
  double low = 0;
  double high = 0;
};

Cell cell_around(double mean, const Grid& grid) {
  const double place = (grid.nearest(mean) - grid.low) / grid.step;
  const double last = static_cast<double>(grid.count) - 2;
  const double below = std::clamp(std::round(place) - 1, 0.0, last);
  const double above = std::clamp(std::round(place), 0.0, last);
  return {grid.low + (below + 0.5) * grid.step, grid.low + (above + 0.5) * grid.step};
}

// One tail after both were raised to half the margin at least and all three parts add up to one again (eq.
// 19).
double raised(double tail, double low, double middle, double high, double margin) {
  const double excess = 1 - low - high - middle;
  return tail + excess * (tail - margin / 2) / (low + middle + high - 3 * margin / 2);
}

}  // namespace

double Grid::nearest(double x) const {
  if (count == 0) return x;
  const double last = static_cast<double>(count) - 1;
  const double place = std::clamp(std::ceil((x - low) / step - 0.5), 0.0, last);
  return low + place * step;
}

Point rounded(const std::vector<double>& sampled, const Distribution& d, const Amplification& amplification,
              const std::vector<Grid>& grids) {
  Point point(sampled);
  for (std::size_t i = 0; i < point.size(); ++i) {
    if (grids[i].count == 0) continue;
    point[i] = grids[i].nearest(d.mean[i] + amplification[i] * (sampled[i] - d.mean[i]));
  }
  return point;
}

double standard_margin(const CmaParameters& parameters) {
  return 1 / static_cast<double>(parameters.dimension * parameters.population);
}

void keep_margin(CmaState& state, Amplification& amplification, const std::vector<Grid>& grids,
                 double margin) {
  for (std::size_t i = 0; i < grids.size(); ++i) {
    if (grids[i].count == 0) continue;
    double& mean = state.mean[i];
    const Cell cell = cell_around(mean, grids[i]);
    const double plain = state.deviation(i);
    const double scale = plain * amplification[i];
    double low = tail_below(cell.low, mean, scale);
    double high = tail_below(-cell.high, -mean, scale);
    if (std::max(low, high) > 0.5) {  // an end cell: only one side is left to change to
      if (std::min(low, high) >= margin) continue;
      const double side = mean > cell.high ? 1 : mean < cell.high ? -1 : 0;
      mean = cell.high + side * scale * tail_distance(margin);
      continue;
    }
    const double middle = 1 - (low + high);
    low = std::max(low, margin / 2);
    high = std::max(high, margin / 2);
    const double low_distance = tail_distance(raised(low, low, middle, high, margin));
    const double high_distance = tail_distance(raised(high, low, middle, high, margin));
    const double distances = low_distance + high_distance;
    amplification[i] = (cell.high - cell.low) / (distances * plain);
    mean = (cell.low * high_distance + cell.high * low_distance) / distances;
  }
}

}  // namespace tsugi::evolve
