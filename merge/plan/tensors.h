// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The second step of planning: every output tensor with its inputs, numbers and types.
#pragma once

#include <string_view>
#include <vector>

#include "merge/plan.h"
#include "merge/plan/context.h"

namespace tsugi::merge {

/// Whether a name outside the layers is that of an output head, which tied models go without.
bool is_head(std::string_view name);

struct PlannedTensors {
  std::vector<PlannedTensor> tensors;  ///< before, layers in order, after; within those by name
  bool writes_head = false;            ///< the output is not tied
};

/// Throws InputError naming tensor and models: unequal shapes or types, a base that lacks a tensor,
/// parameters.
PlannedTensors plan_tensors(PlanContext& context);

}  // namespace tsugi::merge
