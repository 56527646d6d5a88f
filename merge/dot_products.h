// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The sums of methods that ask for dot products: see Products.
#pragma once

#include <span>

#include "merge/methods/method.h"

namespace tsugi::merge {

/// The sums of a tile, from f32.
void dot_products(Products products, const Tile& tile, std::span<double> out);

/// The same straight from 16 bits. False, and `out` is of no use, where an input is missing, there are too
/// many, or gram_stored() cannot say.
bool dot_products(Products products, const StoredTile& tile, std::span<double> out);

}  // namespace tsugi::merge
