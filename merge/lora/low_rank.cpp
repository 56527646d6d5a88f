// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0

// Threads are the thread pool's alone.
#define EIGEN_DONT_PARALLELIZE

#include "merge/lora/low_rank.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "merge/steps/random_mask.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

using Matrix = Eigen::MatrixXd;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Index = Eigen::Index;

constexpr std::size_t kBlockElements = std::size_t{1} << 21;  // 16 MB of f64: more would only add memory
constexpr std::size_t kLeastRows = 16;                        // fewer make matrix products slow
constexpr std::size_t kMoreColumns = 16;                      // both as in the specification: they bring the
constexpr int kPowerIterations = 3;  // energy within a fraction of a percent of the best

Index index(std::size_t value) {
  return static_cast<Index>(value);
}

// Rows of the matrix in f64.
class Reader {
 public:
  explicit Reader(const RowSource& matrix)
      : matrix_(matrix),
        most_(std::max(kLeastRows, kBlockElements / std::max<std::size_t>(1, matrix.columns))) {}

  template <class Body>
  void blocks(const Body& body) {
    blocks_from(0, body);
  }

  // From row `begin` on, in the same blocks.
  template <class Body>
  void blocks_from(std::size_t begin, const Body& body) {
    for (std::size_t row = begin; row < matrix_.rows; row += most_) {
      const std::size_t count = std::min(most_, matrix_.rows - row);
      room_.resize(count * matrix_.columns);
      matrix_.read(row, count, room_);
      const Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> values(
          room_.data(), index(count), index(matrix_.columns));
      block_ = values.cast<double>();
      body(index(row), std::as_const(block_));
    }
  }

 private:
  const RowSource& matrix_;
  std::size_t most_;
  std::vector<float> room_;
  Rows block_;
};

// Singular triples, descending; one side may be left to be computed from the matrix.
struct Triples {
  Matrix left;   // [rows, k]: U
  Matrix right;  // [columns, k]: V
  Eigen::VectorXd values;
};

std::size_t chosen_rank(const Eigen::VectorXd& values, double energy_all, const RankRule& rule) {
  // Squares come out of sums of `n` products of f64: their error, hence the least singular value that means
  // anything.
  const double noise = values.size() == 0 ? 0
                                          : values[0] * values[0] * static_cast<double>(values.size()) *
                                                std::numeric_limits<double>::epsilon();
  double held = 0;
  std::size_t rank = 0;
  while (rank < rule.most && index(rank) < values.size()) {
    const double value = values[index(rank)];
    if (!(value > rule.threshold) || value * value <= noise) break;
    if (rule.energy < 1 && held >= rule.energy * energy_all) break;
    held += value * value;
    ++rank;
  }
  return rank;
}

LowRank scaled(Triples triples, std::size_t rank, double energy_all) {
  LowRank result{.rank = rank, .left = {}, .right = {}, .singular_values = {}, .energy_all = energy_all};
  const Index k = index(rank);
  for (Index i = 0; i < k; ++i) {
    const double value = triples.values[i];
    Index largest = 0;
    triples.left.col(i).cwiseAbs().maxCoeff(&largest);
    const double sign = triples.left(largest, i) < 0 ? -1 : 1;
    triples.left.col(i) *= sign * std::sqrt(value);
    triples.right.col(i) *= sign * std::sqrt(value);
    result.singular_values.push_back(value);
  }
  result.left.resize(static_cast<std::size_t>(triples.left.rows()) * rank);
  result.right.resize(rank * static_cast<std::size_t>(triples.right.rows()));
  for (Index row = 0; row < triples.left.rows(); ++row) {
    for (Index i = 0; i < k; ++i)
      result.left[static_cast<std::size_t>(row * k + i)] = static_cast<float>(triples.left(row, i));
  }
  for (Index i = 0; i < k; ++i) {
    for (Index column = 0; column < triples.right.rows(); ++column) {
      result.right[static_cast<std::size_t>(i * triples.right.rows() + column)] =
          static_cast<float>(triples.right(column, i));
    }
  }
  return result;
}

// The lower triangle of D^T D, or of D D^T when that is smaller.
Matrix gram(const RowSource& matrix, Reader& reader, bool tall) {
  const Index side = index(std::min(matrix.rows, matrix.columns));
  Matrix product = Matrix::Zero(side, side);
  reader.blocks([&](Index row, const Rows& block) {
    if (tall) {
      product.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
      return;
    }
    Reader second(matrix);
    second.blocks_from(static_cast<std::size_t>(row), [&](Index other, const Rows& below) {
      product.block(other, row, below.rows(), block.rows()).noalias() = below * block.transpose();
    });
  });
  return product;
}

LowRank exact_factors(const RowSource& matrix, const RankRule& rule) {
  Reader reader(matrix);
  const bool tall = matrix.rows >= matrix.columns;
  Eigen::SelfAdjointEigenSolver<Matrix> solver;
  double energy_all = 0;
  {
    const Matrix product = gram(matrix, reader, tall);
    energy_all = product.trace();
    solver.compute(product);
  }
  if (solver.info() != Eigen::Success) throw Error("a symmetric eigen-decomposition did not converge");
  const Eigen::VectorXd values = solver.eigenvalues().reverse().cwiseMax(0).cwiseSqrt();
  const std::size_t rank = chosen_rank(values, energy_all, rule);
  const Index k = index(rank);
  Triples triples{.left = Matrix::Zero(index(matrix.rows), k),
                  .right = Matrix::Zero(index(matrix.columns), k),
                  .values = values.head(k)};
  Matrix& known = tall ? triples.right : triples.left;
  known = solver.eigenvectors().rightCols(k).rowwise().reverse();
  if (rank > 0) {
    reader.blocks([&](Index row, const Rows& block) {
      if (tall) {
        triples.left.middleRows(row, block.rows()).noalias() = block * known;
      } else {
        triples.right.noalias() += block.transpose() * known.middleRows(row, block.rows());
      }
    });
    Matrix& other = tall ? triples.left : triples.right;
    other *= triples.values.cwiseInverse().asDiagonal();
  }
  return scaled(std::move(triples), rank, energy_all);
}

// +1 or -1 by a counter.
double random_sign(std::uint64_t counter) {
  return (steps::draw_bits(0, counter) & 1U) == 0 ? 1.0 : -1.0;
}

Matrix orthonormal(const Matrix& columns) {
  const Eigen::HouseholderQR<Matrix> qr(columns);
  return qr.householderQ() * Matrix::Identity(columns.rows(), columns.cols());
}

Matrix times(Reader& reader, const RowSource& matrix, const Matrix& right) {
  Matrix product(index(matrix.rows), right.cols());
  reader.blocks(
      [&](Index row, const Rows& block) { product.middleRows(row, block.rows()).noalias() = block * right; });
  return product;
}

Matrix transposed_times(Reader& reader, const RowSource& matrix, const Matrix& right, double* energy) {
  Matrix product = Matrix::Zero(index(matrix.columns), right.cols());
  if (energy != nullptr) *energy = 0;
  reader.blocks([&](Index row, const Rows& block) {
    product.noalias() += block.transpose() * right.middleRows(row, block.rows());
    if (energy != nullptr) *energy += block.squaredNorm();
  });
  return product;
}

LowRank randomised_factors(const RowSource& matrix, const RankRule& rule) {
  Reader reader(matrix);
  const std::size_t columns = std::min({rule.most + kMoreColumns, matrix.rows, matrix.columns});
  Matrix right(index(matrix.columns), index(columns));
  for (Index j = 0; j < right.cols(); ++j) {
    for (Index i = 0; i < right.rows(); ++i)
      right(i, j) = random_sign(static_cast<std::uint64_t>(j * right.rows() + i));
  }
  for (int i = 0; i < kPowerIterations; ++i) {
    const Matrix range = orthonormal(times(reader, matrix, right));
    right = orthonormal(transposed_times(reader, matrix, range, nullptr));
  }
  const Matrix range = orthonormal(times(reader, matrix, right));
  double energy_all = 0;
  const Matrix small = transposed_times(reader, matrix, range, &energy_all);  // D^T Q: [columns, k + 16]
  const Matrix basis = orthonormal(small);
  const Eigen::JacobiSVD<Matrix> svd((basis.transpose() * small).transpose(),
                                     Eigen::ComputeFullU | Eigen::ComputeFullV);
  const std::size_t rank = chosen_rank(svd.singularValues(), energy_all, rule);
  const Index k = index(rank);
  return scaled({.left = range * svd.matrixU().leftCols(k),
                 .right = basis * svd.matrixV().leftCols(k),
                 .values = svd.singularValues().head(k)},
                rank, energy_all);
}

}  // namespace

double LowRank::energy_share() const {
  if (energy_all <= 0) return 1;
  double held = 0;
  for (const double value : singular_values) held += value * value;
  return std::min(1.0, held / energy_all);
}

LowRank factorise(const RowSource& matrix, const RankRule& rule, SvdKind kind) {
  const std::size_t side = std::min(matrix.rows, matrix.columns);
  if (side == 0) return {};
  const bool exact = kind == SvdKind::exact || (kind == SvdKind::automatic && side <= kExactSide);
  LowRank result = exact ? exact_factors(matrix, rule) : randomised_factors(matrix, rule);
  result.exact = exact;
  return result;
}

}  // namespace tsugi::merge
