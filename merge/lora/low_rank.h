// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The best approximation of a matrix by a product of two thin ones: truncated singular value decomposition.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace tsugi::merge {

/// A matrix [rows, columns] that is read a few rows at a time, several times over. `read` fills
/// out[count * columns] with rows [begin, begin + count); values must be finite.
struct RowSource {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::function<void(std::size_t begin, std::size_t count, std::span<float> out)> read;
};

/// How many singular values are kept: as many as all three allow.
struct RankRule {
  std::size_t most = 32;
  double energy = 1;     ///< no more than needed for this share of the sum of their squares
  double threshold = 0;  ///< only those above it
};

enum class SvdKind {
  automatic,  ///< exact up to kExactSide, else randomised
  exact,
  randomised
};

/// Up to this smaller side `automatic` is exact. The eigen-decomposition takes time with the cube of the
/// side: on one core 0.6 s at 1024, 5 s at 2048 and 123 s at 4096, where the randomised one takes 1 s, and a
/// model has hundreds of matrices.
inline constexpr std::size_t kExactSide = 2048;

/// D ~ left right, with left = U sqrt(S) and right = sqrt(S) V^T of the kept singular values S, descending.
/// The largest entry by magnitude of every column of U is positive (the first of equal ones).
struct LowRank {
  std::size_t rank = 0;
  std::vector<float> left;              ///< [rows, rank]
  std::vector<float> right;             ///< [rank, columns]
  std::vector<double> singular_values;  ///< kept ones
  double energy_all = 0;                ///< sum of squares of all entries of D
  bool exact = true;

  /// Share of the energy that the product holds, in [0, 1]; 1 for a matrix of zeros.
  double energy_share() const;
};

/// exact: eigenvectors of the smaller of D D^T and D^T D, in f64 (so singular values below about 1e-7 of the
/// largest are noise and count as zero). randomised: Halko, Martinsson and Tropp 2011 (arXiv 0909.4061),
/// algorithm 4.4, with most + 16 columns and 3 power iterations; random signs come from a counter, so the
/// result is always the same. Private memory beside the factors: a block of rows (16 MB or 16 rows) and, for
/// a smaller side of s, 16 s^2 bytes (exact), else some 32 (most + 16)(rows + columns) bytes. On the calling
/// thread.
LowRank factorise(const RowSource& matrix, const RankRule& rule, SvdKind kind = SvdKind::automatic);

}  // namespace tsugi::merge
