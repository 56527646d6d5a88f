// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan.h"

#include "merge/plan/context.h"
#include "merge/plan/output_config.h"
#include "merge/plan/parameters.h"
#include "merge/plan/slices.h"
#include "merge/plan/tensors.h"
#include "merge/plan/vocabulary.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

const Method* method_of(const PlanContext& context) {
  const recipes::Recipe& recipe = *context.recipe;
  if (const Method* method = find_method(recipe.merge_method)) return method;
  std::vector<std::string> known;
  for (const Method& method : methods()) known.emplace_back(method.name);
  throw InputError(context.place(recipe.method_mark), "unknown merge method '" + recipe.merge_method + "'",
                   suggestion(recipe.merge_method, known));
}

std::uint64_t bytes_read(const PlannedTensor& tensor) {
  std::uint64_t sum = tensor.base != nullptr ? tensor.base->stored_bytes() : 0;
  for (const TensorView* model : tensor.models) sum += model->stored_bytes();
  return sum;
}

// Everything after models are opened and slices known.
MergePlan complete(PlanContext& context) {
  for (const auto& model : context.models) {
    for (const std::string& note : model->checkpoint->notes()) context.notes.add(note);
  }
  check_parameters(context);
  PlannedTensors planned = plan_tensors(context);
  MergePlan plan{.tensors = {},
                 .config = output_config(context, planned),
                 .donor = context.donor->checkpoint,
                 .companions = context.donor->checkpoint->companions(),
                 .inputs = {},
                 .made = std::move(context.made),
                 .seed = context.recipe->seed.value_or(0),
                 .notes = context.notes.take()};
  plan.tensors = std::move(planned.tensors);
  if (context.vocabulary != nullptr) {
    plan.companions = context.vocabulary->companions;
    plan.vocabulary = context.vocabulary->alignment->report;
  }
  for (const auto& model : context.models) plan.inputs.push_back(model->checkpoint);
  for (const PlannedTensor& tensor : plan.tensors) {
    plan.bytes_in += bytes_read(tensor);
    plan.bytes_out += elements(tensor.output.shape) * bits(tensor.output.dtype) / 8;
  }
  return plan;
}

}  // namespace

MergePlan plan_merge(const recipes::Recipe& recipe, CheckpointStore& checkpoints,
                     const PlanOptions& options) {
  PlanContext context;
  context.recipe = &recipe;
  context.options = options;
  context.method = method_of(context);
  resolve_slices(context, checkpoints);
  plan_vocabulary(context, checkpoints);
  return complete(context);
}

MergePlan plan_copy(std::shared_ptr<const Checkpoint> checkpoint, std::optional<DType> out_dtype) {
  recipes::Recipe recipe;
  recipe.merge_method = "passthrough";
  recipe.out_dtype = out_dtype;
  recipe.file = checkpoint->folder().string();
  PlanContext context;
  context.recipe = &recipe;
  context.method = method_of(context);
  context.models.push_back(std::make_unique<OpenModel>(std::move(checkpoint)));
  context.donor = context.models.front().get();
  context.slices.push_back({.sources = {{.model = context.donor,
                                         .name = recipe.file,
                                         .mark = {.file = recipe.file},
                                         .begin = 0,
                                         .end = context.donor->layers,
                                         .parameters = nullptr}},
                            .base = {},
                            .parameters = nullptr,
                            .mark = {.file = recipe.file}});
  return complete(context);
}

}  // namespace tsugi::merge
