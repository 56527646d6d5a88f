// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How genetic algorithms make new points of the unit cube from old ones (Deb and Agrawal, Complex Systems 9,
// 1995; Deb and Goyal, 1996; the forms that keep within bounds are those of Deb's own programs).
#pragma once

#include <utility>

#include "evolve/optimizers/optimizer.h"
#include "evolve/random.h"

namespace tsugi::evolve {

/// Simulated binary crossover: with probability `rate` two children are made, else copies of the parents.
/// A larger `eta` keeps children closer to their parents.
std::pair<Point, Point> simulated_binary_crossover(const Point& a, const Point& b, double rate, double eta,
                                                   DrawStream& draws);

/// Polynomial mutation: each coordinate moves with probability `rate`.
void mutate_polynomially(Point& point, double rate, double eta, DrawStream& draws);

}  // namespace tsugi::evolve
