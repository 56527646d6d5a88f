// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// From a plan to a model that can be scored: loading a folder is merging one model.
#pragma once

#include <memory>
#include <optional>

#include "eval/model/decoder.h"
#include "eval/model/weights.h"
#include "merge/execute.h"
#include "merge/plan.h"
#include "recipes/architecture.h"

namespace tsugi::eval {

/// How a model's weights are kept and multiplied.
struct Residence {
  DType storage = DType::F32;  ///< F32 or BF16
  Compute compute = Compute::f32;
};

/// `wanted` is --dtype; without it the type in which most of the plan's bytes are stored. BF16 stays BF16;
/// every other type is kept as F32, which holds it exactly (F64 aside).
Residence choose_residence(const merge::MergePlan& plan, std::optional<DType> wanted);

/// The family and sizes of a plan's output. Throws InputError when this program does not run the family.
struct PlannedModel {
  const recipes::Architecture* architecture = nullptr;
  ModelShape shape;
};
PlannedModel describe_model(const merge::MergePlan& plan);

/// Carries the plan out into resident weights; throws what execute() throws.
std::unique_ptr<ResidentWeights> load_weights(const merge::MergePlan& plan, const Residence& residence,
                                              const merge::ExecuteOptions& options = {});

}  // namespace tsugi::eval
