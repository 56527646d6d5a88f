// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Paths among the genes of a point, and how they change: lists of hops, each one of several choices with a
// number beside it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "evolve/optimizers/optimizer.h"
#include "evolve/random.h"

namespace tsugi::evolve {

struct PathHopGene {
  std::size_t choice = 1;  ///< from 1 on; 0 would be no hop
  double number = 0;       ///< in [0, 1]

  bool operator==(const PathHopGene&) const = default;
};

using GenePath = std::vector<PathHopGene>;

/// Where the path stands in a point: the first unbroken run of genes of equally many values, more than two,
/// each a hop or, at its lowest value, none; where at least as many other genes follow, the first of those
/// are the hops' numbers.
struct PathPlace {
  std::size_t begin = 0;
  std::size_t most = 0;     ///< hops; 0: there is no path
  std::size_t choices = 0;  ///< of a hop
  bool numbered = false;

  /// `levels` as in OptimizerSetup.
  static PathPlace find(std::span<const std::size_t> levels);

  GenePath read(const Point& point) const;
  /// Hops one after another, then none. Numbers of hops that are not there are `standard`'s.
  void write(const GenePath& path, const Point& standard, Point& point) const;
  /// Genes that are no part of the path.
  std::vector<std::size_t> others(std::size_t dimension) const;
};

/// One random change: a hop is inserted, deleted or given another choice, two change places, a stretch is
/// repeated behind itself or moved. A path keeps 1 to place.most hops: a change that cannot be made is none.
/// New hops have the number `standard`.
void change_path(GenePath& path, const PathPlace& place, double standard, DrawStream& draws);

/// x plus a normal deviate, mirrored at the ends of [0, 1].
double jittered(double x, double deviation, DrawStream& draws);

}  // namespace tsugi::evolve
