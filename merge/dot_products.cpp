// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/dot_products.h"

#include <algorithm>
#include <array>
#include <vector>

#include "merge/steps/gram.h"
#include "merge/steps/stored_gram.h"

namespace tsugi::merge {
namespace {

std::size_t vectors_of(Products products, std::size_t models) {
  return models + (products == Products::base_and_models ? 1 : 0);
}

}  // namespace

void dot_products(Products products, const Tile& tile, std::span<double> out) {
  if (products != Products::base_and_models)
    return steps::gram(tile.models, products == Products::deltas ? tile.base : std::span<const float>{}, out);
  thread_local std::vector<std::span<const float>> vectors;
  vectors.assign(1, tile.base);
  vectors.insert(vectors.end(), tile.models.begin(), tile.models.end());
  steps::gram(vectors, {}, out);
}

bool may_go_straight(Products products, std::size_t models) {
  return vectors_of(products, models) <= steps::kMostStoredVectors;
}

bool dot_products(Products products, const StoredTile& tile, std::span<double> out) {
  if (products != Products::models && tile.base == nullptr) return false;
  const bool base_first = products == Products::base_and_models;
  const std::size_t count = vectors_of(products, tile.models.size());
  std::array<const std::byte*, steps::kMostStoredVectors> vectors{};
  if (base_first) vectors[0] = tile.base;
  std::copy(tile.models.begin(), tile.models.end(), vectors.begin() + (base_first ? 1 : 0));
  const std::span own = std::span(vectors).first(count);
  if (std::find(own.begin(), own.end(), nullptr) != own.end()) return false;
  const std::byte* const base = products == Products::deltas ? tile.base : nullptr;
  return steps::gram_stored({.type = tile.type, .vectors = own, .base = base, .size = tile.size}, out);
}

}  // namespace tsugi::merge
