// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan/one_tensor.h"

#include <fmt/format.h>

#include <algorithm>

#include "merge/plan/fingerprint.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

// The type that holds every value of both: F16 and BF16 have only F32 above them.
DType promoted(DType a, DType b) {
  if (a == b) return a;
  if (a == DType::F64 || b == DType::F64) return DType::F64;
  return DType::F32;
}

class TensorPlanner {
 public:
  TensorPlanner(PlanContext& context, const PlanSlice& slice, const SliceParameters& parameters,
                TensorInputs& given)
      : context_(context), slice_(slice), parameters_(parameters), given_(given), method_(context.method) {}

  PlannedTensor plan() {
    check_shapes();
    planned_.output.name = given_.output;
    planned_.output.shape = first().shape;
    planned_.role = given_.role;
    if (never_computed()) return copy_bytes();
    if (copies_one()) {
      name_origins();
      return finish(copy_of_lone());
    }
    split_base();
    name_origins();
    planned_.settings = parameters_.resolve(given_.output, given_.inputs, given_.t, planned_.origins);
    check_settings();
    return finish(context_.method);
  }

 private:
  const TensorView& first() const { return *given_.inputs.front().view; }
  const PlanSource& source(const PlanInput& input) const { return slice_.sources[input.source]; }
  bool is_base(const PlanInput& input) const { return input.source == slice_.base; }

  void check_shapes() const {
    for (const PlanInput& input : given_.inputs) {
      if (input.view->shape != first().shape) {
        throw InputError(
            source(input).mark,
            fmt::format("tensor '{}' is {} in '{}' and {} in '{}'", given_.output, text(first().shape),
                        source(given_.inputs.front()).name, text(input.view->shape), source(input).name),
            "only tensors of equal shapes can be merged: use models of one size and vocabulary");
      }
      if (is_float(input.view->dtype) == is_float(first().dtype)) continue;
      throw InputError(
          source(input).mark,
          fmt::format("tensor '{}' is {} in '{}' and {} in '{}'", given_.output, name(first().dtype),
                      source(given_.inputs.front()).name, name(input.view->dtype), source(input).name),
          "use checkpoints that store it in one kind of type");
    }
  }

  // Integers and booleans are indices and masks; inv_freq is a table that follows from the config.
  bool never_computed() const {
    return !is_float(first().dtype) || given_.output.find("rotary_emb.inv_freq") != std::string::npos;
  }

  PlannedTensor copy_bytes() {
    const PlanInput& chosen = chosen_for_copy();
    for (const PlanInput& input : given_.inputs) {
      if (same_values(*input.view, *chosen.view)) continue;
      throw InputError(source(input).mark,
                       fmt::format("tensor '{}' of type {} differs between '{}' and '{}'", given_.output,
                                   name(input.view->dtype), source(chosen).name, source(input).name),
                       "tensors of this kind are copied, never averaged: use models that agree in it");
    }
    if (chosen.view->rows != nullptr) {  // no bytes to copy: its values are
      given_.inputs = {PlanInput(chosen)};
      name_origins();
      return finish(copy_of_lone());
    }
    planned_.models = {chosen.view};
    planned_.origins.models = {{source(chosen).name}};
    planned_.output.dtype = chosen.view->dtype;
    planned_.output.fingerprint = Fingerprint()
                                      .add(std::string_view("copy"))
                                      .add(source(chosen).model->identity)
                                      .add(std::string_view(chosen.view->name))
                                      .value();
    return std::move(planned_);
  }

  const PlanInput& chosen_for_copy() const {
    const auto base = std::find_if(given_.inputs.begin(), given_.inputs.end(),
                                   [&](const PlanInput& input) { return is_base(input); });
    return base == given_.inputs.end() ? given_.inputs.front() : *base;
  }

  // A tensor that not every input has: decides whether what is there is copied as it is.
  bool copies_one() {
    const std::size_t held = given_.inputs.size();
    if (held == slice_.sources.size()) return false;
    const bool has_base = std::any_of(given_.inputs.begin(), given_.inputs.end(),
                                      [&](const PlanInput& input) { return is_base(input); });
    const bool lone = held == 1 && (has_base || method_->traits.copies_lone);
    if (slice_.base && !has_base && !lone) {
      throw InputError(
          slice_.mark,
          fmt::format("tensor '{}' is in '{}' but not in the base '{}'", given_.output,
                      source(given_.inputs.front()).name, slice_.sources[*slice_.base].name),
          fmt::format("{} starts from the base's tensor: choose a base that has it", method_->name));
    }
    // How many a method takes was checked for the slice; of this tensor there may be fewer.
    const std::size_t models = held - (has_base ? 1 : 0);
    if (!lone && models < method_->traits.min_models) {
      throw InputError(slice_.mark,
                       fmt::format("{} takes at least {} models{}, and tensor '{}' is in {} of them",
                                   method_->name, method_->traits.min_models,
                                   slice_.base ? " beside the base" : "", given_.output, models),
                       "use models that all have it");
    }
    std::string holders;
    for (const PlanInput& input : given_.inputs) {
      holders += fmt::format("{}'{}'", holders.empty() ? "" : ", ", source(input).name);
    }
    context_.notes.add(fmt::format("tensor '{}' is only in {}: {}", given_.output, holders,
                                   lone ? "copied" : "merged over the models that have it"));
    return lone;
  }

  // As passthrough with scale 1, so that types are handled like everywhere.
  const Method* copy_of_lone() {
    const Method* copy = find_method("passthrough");
    for (const Parameter& row : copy->parameters) {
      if (row.scope == Scope::per_model) {
        planned_.settings.per_model = {{*row.standard}};
      } else {
        planned_.settings.global.push_back(*row.standard);
      }
    }
    return copy;
  }

  void name_origins() {
    if (base_) planned_.origins.base = source(*base_).name;
    for (const PlanInput& input : given_.inputs) planned_.origins.models.push_back({source(input).name});
  }

  void split_base() {
    if (!slice_.base) return;
    for (std::size_t i = 0; i < given_.inputs.size(); ++i) {
      if (!is_base(given_.inputs[i])) continue;
      base_ = given_.inputs[i];
      given_.inputs.erase(given_.inputs.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }

  void check_settings() {
    if (method_->check == nullptr) return;
    const TensorCase tensor{.name = given_.output,
                            .shape = planned_.output.shape,
                            .elements = elements(planned_.output.shape),
                            .models = given_.inputs.size(),
                            .has_base = base_.has_value(),
                            .settings = &planned_.settings,
                            .seed = context_.recipe->seed.value_or(0)};
    Remarks remarks;
    method_->check(tensor, remarks);
    for (std::string& note : remarks.notes) context_.notes.add(fmt::format("{}: {}", method_->name, note));
    if (remarks.error.empty()) return;
    throw InputError(slice_.mark,
                     fmt::format("{} at tensor '{}': {}", method_->name, given_.output, remarks.error),
                     remarks.cure);
  }

  PlannedTensor finish(const Method* method) {
    planned_.method = method;
    if (base_) planned_.base = base_->view;
    for (const PlanInput& input : given_.inputs) planned_.models.push_back(input.view);
    planned_.work_type = context_.recipe->dtype;
    planned_.output.dtype = output_type();
    fingerprint();
    return std::move(planned_);
  }

  DType output_type() {
    const DType reference = base_ ? base_->view->dtype : given_.inputs.front().view->dtype;
    DType common = reference;
    for (const PlanInput& input : given_.inputs) common = promoted(common, input.view->dtype);
    if (common == DType::F64 || context_.recipe->dtype == DType::F64) {
      context_.notes.add("float64 is computed in float32");
    }
    if (context_.recipe->out_dtype) return *context_.recipe->out_dtype;
    if (context_.recipe->dtype) return *context_.recipe->dtype;
    if (common != reference) {
      context_.notes.add(fmt::format(
          "inputs are stored in different types: the output is {}; set out_dtype to choose", name(common)));
    }
    return common;
  }

  void fingerprint() {
    Fingerprint inputs;
    inputs.add(planned_.method->name).add(std::uint64_t{base_ ? 1U : 0U});
    inputs.add(planned_.work_type ? recipe_name(*planned_.work_type) : std::string_view());
    const auto add = [&](const PlanInput& input) {
      inputs.add(source(input).model->identity)
          .add(std::string_view(input.view->name))
          .add(input.view->variant);
    };
    if (base_) add(*base_);
    for (const PlanInput& input : given_.inputs) add(input);
    planned_.inputs_fingerprint = inputs.value();
    Fingerprint all = inputs;
    all.add(name(planned_.output.dtype));
    for (const double value : planned_.settings.global) all.add(value);
    for (const auto& model : planned_.settings.per_model) {
      for (const double value : model) all.add(value);
    }
    if (planned_.method->traits.uses_seed) {
      all.add(context_.recipe->seed.value_or(0))
          .add(std::string_view(given_.output));  // masks are keyed by both
    }
    planned_.output.fingerprint = all.value();
  }

  PlanContext& context_;
  const PlanSlice& slice_;
  const SliceParameters& parameters_;
  TensorInputs& given_;
  const Method* method_;
  std::optional<PlanInput> base_;
  PlannedTensor planned_;
};

}  // namespace

PlannedTensor plan_tensor(PlanContext& context, const PlanSlice& slice, const SliceParameters& parameters,
                          TensorInputs given) {
  return TensorPlanner(context, slice, parameters, given).plan();
}

}  // namespace tsugi::merge
