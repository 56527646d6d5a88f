// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// One output tensor from the tensors that go into it: checks, types, numbers, fingerprint.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "merge/plan.h"
#include "merge/plan/parameters.h"

namespace tsugi::merge {

/// An output tensor and the sources that hold it, in the order of the slice.
struct TensorInputs {
  std::string output;
  std::string role;
  double t = 0;  ///< depth in the slice; 0 outside the layers
  std::vector<PlanInput> inputs;
};

/// Throws InputError naming tensor and models.
PlannedTensor plan_tensor(PlanContext& context, const PlanSlice& slice, const SliceParameters& parameters,
                          TensorInputs given);

}  // namespace tsugi::merge
