// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The vocabulary of a merge: which tokens the output has, and where its rows come from in each model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "merge/plan/context.h"
#include "merge/plan/parameters.h"
#include "merge/vocabulary/alignment.h"
#include "merge/vocabulary/token_ids.h"

namespace tsugi::merge {

/// What `tokenizer:` asks for, resolved.
struct VocabularyPlan {
  std::shared_ptr<const Alignment> alignment;
  std::vector<Companion> companions;     ///< all files beside the output's weights
  std::vector<ChangedSetting> settings;  ///< of config.json
};

/// With `tokenizer:` sets context.vocabulary. Without it makes sure that the models whose embeddings or heads
/// go into the output mean the same by the same ids: InputError, or with `lenient` or `cut_rows` a note.
void plan_vocabulary(PlanContext& context, CheckpointStore& checkpoints);

/// Exchanges the views of an output tensor outside the layers, if it has a vocabulary axis, for views in the
/// order of the output's vocabulary. Without `tokenizer:` unequal numbers of rows are an InputError, or with
/// `cut_rows` cut to the smallest.
void align_inputs(PlanContext& context, const PlanSlice& slice, std::string_view name,
                  std::vector<PlanInput>& inputs);

}  // namespace tsugi::merge
