// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A merge whose result is an input of another, without a folder in between.
#pragma once

#include <memory>

#include "merge/execute.h"
#include "merge/plan.h"
#include "recipes/recipe_graph.h"

namespace tsugi::merge {

/// The checkpoint that the plan comes to, its tensors in memory as they would be stored: a merge of it gives
/// the bytes that a merge of its folder gives. Holds the plan's donor. Throws what execute() throws, and
/// std::bad_alloc.
std::shared_ptr<const Checkpoint> merge_in_memory(const MergePlan& plan, const ExecuteOptions& options = {});

/// The plan of a graph's final merge; those before it are merged in memory first.
MergePlan plan_graph(const recipes::RecipeGraph& graph, CheckpointStore& checkpoints,
                     const PlanOptions& options = {});

}  // namespace tsugi::merge
