// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/dot_products.h"

#include <array>

#include "merge/steps/gram.h"
#include "merge/steps/stored_gram.h"
#include "merge/stored_inputs.h"

namespace tsugi::merge {

DotProducts::DotProducts(const PlannedTensor& tensor, Products products) {
  const auto add = [&](const TensorView& view) {
    stored_ &= computes_from_bf16(tensor, view);
    vectors_.push_back(view.bytes.data());
  };
  if (products == Products::base_and_models) add(*tensor.base);
  for (const TensorView* const model : tensor.models) add(*model);
  stored_ &= vectors_.size() <= steps::kMostStoredVectors;
  if (products != Products::deltas) return;
  stored_ &= computes_from_bf16(tensor, *tensor.base);
  base_ = tensor.base->bytes.data();
}

bool DotProducts::of_stored(std::size_t begin, std::size_t n, std::span<double> out) const {
  if (!stored_) return false;
  constexpr std::size_t kWidth = 2;
  std::array<const std::byte*, steps::kMostStoredVectors> at{};
  for (std::size_t i = 0; i < vectors_.size(); ++i) at[i] = vectors_[i] + begin * kWidth;
  const std::byte* const base = base_ == nullptr ? nullptr : base_ + begin * kWidth;
  return steps::gram_stored(std::span(at).first(vectors_.size()), base, n, out);
}

void dot_products(Products products, const Tile& tile, std::span<double> out) {
  if (products != Products::base_and_models)
    return steps::gram(tile.models, products == Products::deltas ? tile.base : std::span<const float>{}, out);
  thread_local std::vector<std::span<const float>> vectors;
  vectors.assign(1, tile.base);
  vectors.insert(vectors.end(), tile.models.begin(), tile.models.end());
  steps::gram(vectors, {}, out);
}

}  // namespace tsugi::merge
