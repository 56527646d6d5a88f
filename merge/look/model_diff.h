// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How far two models are apart, tensor by tensor, and how their task vectors agree when a base is given.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "merge/checkpoint/checkpoint.h"
#include "merge/look/pair_sums.h"
#include "merge/look/roles.h"

namespace tsugi::merge {

/// What one tensor, or several added up, differ by.
struct DiffSums {
  PairSums pair;
  std::optional<TaskSums> task;  ///< with a base that has the tensor
  std::uint64_t top_kept = 0;    ///< asked for: how many magnitudes of each task vector are "large"
  std::uint64_t top_both = 0;    ///< and how many elements are large in both

  void add(const DiffSums& other);
  /// top_both / top_kept: 0.2 by chance, 1 where both change the same elements most.
  std::optional<double> overlap() const;
};

struct TensorDiff {
  std::string name;
  TensorPlace place;
  Shape shape;
  DType type_a = DType::F32;
  DType type_b = DType::F32;
  DiffSums sums;
};

/// Several tensors as one: a role, a layer, or all.
struct DiffGroup {
  std::string name;
  std::size_t tensors = 0;
  DiffSums sums;
};

struct ModelDiff {
  std::vector<TensorDiff> tensors;  ///< floating, of one shape in both, sorted by name
  std::vector<std::string> only_a;
  std::vector<std::string> only_b;
  std::vector<std::string> other_shape;    ///< "lm_head.weight: [4, 2] and [5, 2]"
  std::vector<std::string> not_in_base;    ///< compared, but without task vectors
  std::vector<std::string> whole_numbers;  ///< of integer or boolean type, and not equal

  DiffGroup total() const;
  std::vector<DiffGroup> by_role() const;   ///< in the order of first mention
  std::vector<DiffGroup> by_layer() const;  ///< layers in order, stack by stack; then "outside"
};

struct DiffOptions {
  /// Also compares which fifth of the elements each task vector changes most: two or three passes more.
  bool overlap = false;
  /// Called from any thread with the elements that were just done.
  std::function<void(std::uint64_t)> progress = nullptr;
};

/// `base` may be null. Reads every tensor once (more with overlap), in parallel; private memory is three
/// tiles a thread and some 150 bytes for each quarter million elements, whatever the models.
ModelDiff diff_models(const Checkpoint& a, const Checkpoint& b, const Checkpoint* base,
                      const DiffOptions& options = {});

}  // namespace tsugi::merge
