// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Plain vectors as Eigen's vectors and matrices, without a copy. Include it from .cpp files only.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace tsugi::evolve {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using VectorMap = Eigen::Map<Vector>;
using ConstVectorMap = Eigen::Map<const Vector>;
using MatrixMap = Eigen::Map<Matrix>;
using ConstMatrixMap = Eigen::Map<const Matrix>;

inline ConstVectorMap view(const std::vector<double>& values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}
inline VectorMap view(std::vector<double>& values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}

/// Row-major [n, n].
inline ConstMatrixMap square(const std::vector<double>& values, std::size_t n) {
  return {values.data(), static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n)};
}
inline MatrixMap square(std::vector<double>& values, std::size_t n) {
  return {values.data(), static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n)};
}

}  // namespace tsugi::evolve
