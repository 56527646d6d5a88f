// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Where the tensors of a checkpoint go in the resident weights, by role.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eval/model/packed_matrix.h"
#include "eval/model/resident_layer.h"
#include "eval/model/shape.h"
#include "merge/checkpoint/tensor.h"

namespace tsugi::eval {

/// Where the values of one tensor go: rows of a matrix from `first_row` on, or of a vector.
struct WeightPlace {
  PackedMatrix* matrix = nullptr;
  std::vector<float>* vector = nullptr;
  std::size_t first_row = 0;
  std::size_t head = 0;     ///< of a tensor whose rows go head by head, [heads][q, k, v][head]; else 0
  bool transposed = false;  ///< the tensor is [in, out]
  float offset = 0;         ///< added to the values of a vector
  merge::Shape shape;       ///< of the tensor
  std::optional<std::size_t> layer;  ///< whose it is; none outside the layers
  bool held = false;
  std::uint64_t fingerprint = 0;  ///< of what is held

  /// Rows of the tensor from `row` on. Returns how many values are infinite or NaN as stored.
  std::size_t store(std::size_t row, std::span<const float> values) const;
  /// Whether rows of the tensor are rows of the matrix, in order.
  bool is_plain() const { return matrix != nullptr && head == 0 && !transposed; }
};

/// The whole model. Matrices are made before places, which point into them.
struct OuterWeights {
  PackedMatrix head;
  PackedMatrix embedding;  ///< no rows when tied
  PackedMatrix positions;  ///< no rows without learned positions
  NormWeights final_norm;
};

/// Role -> place outside the layers.
std::map<std::string, WeightPlace> outer_places(OuterWeights& outer, const ModelShape& shape);
/// Role -> place in a layer; `expert` for the roles of experts. Vectors are made as they are asked for.
std::map<std::string, WeightPlace> layer_places(ResidentLayer& layer, const ModelShape& shape,
                                                std::size_t expert);

}  // namespace tsugi::eval
