// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A smooth way to keep an unbounded search inside the unit cube: pycma's BoundTransform.
#pragma once

#include <span>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {

/// Identity on [a, 1 - a], quadratic towards the ends and mirrored beyond them, with period 2 + 4a; a = 0.05
/// (pycma's BoxConstraintsLinQuadTransformation for bounds 0 and 1, specification section 6.3). Maps any
/// reals into the cube.
Point into_box(std::span<const double> unbounded);

/// The inverse on [0, 1], onto [-a, 1 + a]. Values outside [0, 1] are clipped first.
Point out_of_box(std::span<const double> bounded);

}  // namespace tsugi::evolve
