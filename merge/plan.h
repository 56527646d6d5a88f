// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A recipe resolved against checkpoints: for every output tensor its inputs, method and numbers. Reads
// headers and configs only; everything that can be wrong with a recipe is found here, before any tensor byte
// is read.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "merge/checkpoint/checkpoint.h"
#include "merge/checkpoint/companions.h"
#include "merge/methods/method.h"
#include "merge/sink.h"
#include "merge/vocabulary/alignment.h"
#include "recipes/recipe.h"

namespace tsugi::merge {

/// Where a number stands in the recipe's file; line 0: the method's default.
struct Origin {
  int line = 0;
  int column = 0;

  bool operator==(const Origin&) const = default;
};

/// Where the inputs and numbers of a tensor come from, for people.
struct Origins {
  struct Model {
    std::string name;                     ///< as the recipe writes it
    std::vector<Origin> parameters = {};  ///< beside Settings::per_model
  };
  std::string base = {};  ///< as the recipe writes it; "" without
  std::vector<Model> models = {};
  std::vector<Origin> parameters = {};  ///< beside Settings::global
};

struct PlannedTensor {
  OutputTensor output;
  /// Null: an integer or boolean tensor, equal in all inputs; the only one of `models` is copied.
  const Method* method = nullptr;
  const TensorView* base = nullptr;  ///< null without base
  std::vector<const TensorView*> models;
  Settings settings;
  std::optional<DType> work_type;        ///< the recipe's dtype: inputs are rounded to it first
  std::uint64_t inputs_fingerprint = 0;  ///< equal: same method, inputs and work_type, whatever the numbers
  std::string role;                      ///< where it stands: "before", "layer 3", "after"
  Origins origins = {};
};

/// A view that no checkpoint holds.
struct MadeTensor {
  TensorView view;
  std::string model;  ///< where its values come from, for errors
};

/// What a user may ask of a merge beside its recipe.
struct PlanOptions {
  /// Without `tokenizer:` in the recipe: embeddings and heads of unequal rows are cut to the smallest, tokens
  /// unchecked (mergekit's --unsafe-truncate-embeddings).
  bool cut_rows = false;
  /// Tokens that stand under different ids in models merged without `tokenizer:` are a note, not an error.
  bool lenient = false;
  /// With `tokenizer:` a model without a tokenizer that can be read has the base's, if its embedding has as
  /// many rows.
  bool assume_base_tokenizer = false;
};

struct MergePlan {
  std::vector<PlannedTensor> tensors;       ///< before, layers in order, after; within those by name
  ModelConfig config;                       ///< of the output: dtype, layers and ties as written
  std::shared_ptr<const Checkpoint> donor;  ///< config and companions come from here
  std::vector<Companion> companions = {};   ///< what is written beside the weights
  std::vector<std::shared_ptr<const Checkpoint>> inputs;
  std::vector<std::shared_ptr<const MadeTensor>> made = {};  ///< views in `tensors` that `inputs` do not hold
  std::optional<VocabularyReport> vocabulary = {};           ///< with `tokenizer:` in the recipe
  std::uint64_t seed = 0;
  std::vector<std::string> notes;  ///< what a user should know, each a sentence
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

/// Throws InputError at the recipe's place: unknown method or parameter, value out of range, wrong number of
/// models, layer range past the end, names or shapes that disagree.
MergePlan plan_merge(const recipes::Recipe& recipe, CheckpointStore& checkpoints,
                     const PlanOptions& options = {});

/// The plan that copies a checkpoint as it is: loading is merging one model. `out_dtype` rounds it.
MergePlan plan_copy(std::shared_ptr<const Checkpoint> checkpoint,
                    std::optional<DType> out_dtype = std::nullopt);

}  // namespace tsugi::merge
