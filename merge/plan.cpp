// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "merge/plan/chat_template.h"
#include "merge/plan/context.h"
#include "merge/plan/modules.h"
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
                 .notes = {}};
  plan.tensors = std::move(planned.tensors);
  if (context.vocabulary != nullptr) {
    plan.companions = context.vocabulary->companions;
    plan.vocabulary = context.vocabulary->alignment->report;
  }
  plan.companions = with_chat_template(context, std::move(plan.companions));
  plan.notes = context.notes.take();
  for (const auto& model : context.models) plan.inputs.push_back(model->checkpoint);
  for (const PlannedTensor& tensor : plan.tensors) {
    plan.bytes_in += bytes_read(tensor);
    plan.bytes_out += elements(tensor.output.shape) * bits(tensor.output.dtype) / 8;
  }
  return plan;
}

// `context` has recipe, options and module.
MergePlan plan_whole(PlanContext& context, CheckpointStore& checkpoints) {
  context.method = method_of(context);
  resolve_slices(context, checkpoints);
  if (context.module.empty() || is_language_model(context.module)) plan_vocabulary(context, checkpoints);
  return complete(context);
}

// Tensors, inputs and notes of another module; the first one's config, tokenizer and files count.
void append(MergePlan& plan, MergePlan&& module) {
  for (PlannedTensor& tensor : module.tensors) {
    tensor.output.index = plan.tensors.size();
    plan.tensors.push_back(std::move(tensor));
  }
  for (auto& input : module.inputs) {
    if (std::find(plan.inputs.begin(), plan.inputs.end(), input) == plan.inputs.end())
      plan.inputs.push_back(std::move(input));
  }
  plan.made.insert(plan.made.end(), module.made.begin(), module.made.end());
  for (std::string& note : module.notes) {
    if (std::find(plan.notes.begin(), plan.notes.end(), note) == plan.notes.end())
      plan.notes.push_back(std::move(note));
  }
  plan.bytes_in += module.bytes_in;
  plan.bytes_out += module.bytes_out;
}

// Filters of the recipe's own parameters, which some module has to meet.
void check_common_filters(const recipes::Recipe& recipe, const MergePlan& plan) {
  for (const auto& [name, setting] : recipe.parameters) {
    for (const recipes::Condition& condition : setting.conditions) {
      const bool met = std::any_of(plan.tensors.begin(), plan.tensors.end(), [&](const auto& tensor) {
        return condition.matches(tensor.output.name) ||
               std::any_of(tensor.models.begin(), tensor.models.end(),
                           [&](const TensorView* view) { return condition.matches(view->name); });
      });
      if (met) continue;
      throw InputError(condition.mark,
                       fmt::format("filter '{}' of '{}' matches no tensor", *condition.filter, name),
                       "filters are parts of tensor names, upper and lower case as in the checkpoint");
    }
  }
}

// The language model, else the first module: it gives the config.
std::size_t leading_module(const recipes::Recipe& recipe) {
  for (std::size_t i = 0; i < recipe.modules.size(); ++i) {
    if (is_language_model(recipe.modules[i].name)) return i;
  }
  return 0;
}

MergePlan plan_module(const recipes::Recipe& recipe, const recipes::Module& module,
                      CheckpointStore& checkpoints, const PlanOptions& options) {
  const recipes::Recipe own = recipe_of(recipe, module);
  PlanContext context;
  context.recipe = &own;
  context.options = options;
  context.module = module.name;
  context.common_parameters = &recipe.parameters;
  return plan_whole(context, checkpoints);
}

MergePlan plan_modules(const recipes::Recipe& recipe, CheckpointStore& checkpoints,
                       const PlanOptions& options) {
  const recipes::Module& leading = recipe.modules[leading_module(recipe)];
  const recipes::ModelReference& donor = recipe.base_model ? *recipe.base_model
                                         : leading.models.empty()
                                             ? leading.slices.front().sources.front().model
                                             : leading.models.front().model;
  check_modules(recipe, *checkpoints.get(donor, recipe.file));
  MergePlan plan = plan_module(recipe, leading, checkpoints, options);
  for (const recipes::Module& module : recipe.modules) {
    if (&module == &leading) continue;
    append(plan, plan_module(recipe, module, checkpoints, options));
    if (!module.slices.empty()) set_module_layers(plan.config, module.name, layers_of(module), module.mark);
  }
  if (!leading.slices.empty() && !is_language_model(leading.name)) {
    set_module_layers(plan.config, leading.name, layers_of(leading), leading.mark);
  }
  check_common_filters(recipe, plan);
  return plan;
}

}  // namespace

MergePlan plan_merge(const recipes::Recipe& recipe, CheckpointStore& checkpoints,
                     const PlanOptions& options) {
  if (!recipe.modules.empty()) return plan_modules(recipe, checkpoints, options);
  PlanContext context;
  context.recipe = &recipe;
  context.options = options;
  return plan_whole(context, checkpoints);
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
