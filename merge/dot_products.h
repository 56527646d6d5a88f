// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The sums of methods that ask for dot products: see Products.
#pragma once

#include <cstddef>
#include <span>

#include "merge/methods/method.h"

namespace tsugi::merge {

/// The sums of a tile, from f32.
void dot_products(Products products, const Tile& tile, std::span<double> out);

/// Whether vectors are so few that the sums can be made straight from 16 bits.
bool may_go_straight(Products products, std::size_t models);

/// Of so few. False, and `out` is of no use, where an input is missing or gram_stored() cannot say.
bool dot_products(Products products, const StoredTile& tile, std::span<double> out);

}  // namespace tsugi::merge
