// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The matrix of dot products between inputs, or between their differences from a base. Angles, norms and
// means on spheres need nothing else of a tensor: no unit vector is ever made.
#pragma once

#include <cstddef>
#include <span>

#include "merge/methods/method.h"

namespace tsugi::merge::steps {

/// f64 that the matrix of n vectors takes: its upper triangle, row by row.
constexpr std::size_t gram_size(std::size_t n) {
  return n * (n + 1) / 2;
}

/// What a method needs of a tensor with that many vectors to know their matrix.
inline Needs needs_gram(Products products, std::size_t n) {
  return {.sums = gram_size(n), .products = products};
}

/// The matrix of the models of a tile or row, less the base where there is one. `base` is empty or as long as
/// the models.
void gram(std::span<const std::span<const float>> models, std::span<const float> base, std::span<double> out);

/// Reads a matrix by row and column.
class Gram {
 public:
  Gram(std::span<const double> triangle, std::size_t n) : triangle_(triangle), n_(n) {}

  std::size_t size() const { return n_; }
  double dot(std::size_t i, std::size_t j) const;
  double norm(std::size_t i) const;

 private:
  std::span<const double> triangle_;
  std::size_t n_;
};

}  // namespace tsugi::merge::steps
