// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan/tensors.h"

#include <fmt/format.h>

#include <algorithm>

#include "merge/plan/one_tensor.h"
#include "merge/plan/vocabulary.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// The tensor that a tied model has in place of a head: its only input embedding, or null.
const TensorView* embedding(const OpenModel& model) {
  const TensorView* found = nullptr;
  for (const NamedTensor& tensor : model.names.before) {
    if (!ends_with(tensor.key.first, "embed_tokens.weight") && !ends_with(tensor.key.first, "wte.weight"))
      continue;
    if (found != nullptr) return nullptr;
    found = tensor.view;
  }
  return found;
}

class TensorsPlanner {
 public:
  explicit TensorsPlanner(PlanContext& context)
      : context_(context), names_(context.slices.size()), ends_(context.slices.size(), 0) {
    for (const PlanSlice& slice : context_.slices) parameters_.emplace_back(context_, slice);
    for (std::size_t i = 0; i < names_.size(); ++i) names_[i].input.resize(context_.slices[i].sources.size());
    std::size_t most = 0;
    for (const auto& model : context_.models) most = std::max(most, model->checkpoint->tensors().size());
    result_.tensors.reserve(most);  // exact for models of one architecture
  }

  PlannedTensors plan() {
    outside(0, &NameTable::before, "before");
    std::size_t layer = 0;
    for (std::size_t i = 0; i < context_.slices.size(); ++i) {
      for (std::size_t offset = 0; offset < context_.slices[i].length(); ++offset)
        one_layer(i, offset, layer++);
    }
    outside(context_.slices.size() - 1, &NameTable::after, "after");
    if (result_.tensors.empty()) {
      throw InputError(context_.place({}), "the models hold no tensors", "use complete checkpoints");
    }
    number();
    check_filters(context_, names_);
    return std::move(result_);
  }

 private:
  using Place = std::vector<NamedTensor> NameTable::*;

  void outside(std::size_t slice_index, Place place, std::string_view role) {
    const PlanSlice& slice = context_.slices[slice_index];
    tables_.clear();
    for (const PlanSource& source : slice.sources) tables_.push_back(&(source.model->names.*place));
    for (const NameKey& key : all_keys()) {
      TensorInputs given{
          .output = std::string(key.first), .role = std::string(role), .t = 0, .inputs = held(key)};
      if (is_head(key.first)) {
        result_.writes_head = true;
        lend_embeddings(slice, key, given.inputs);
      }
      align_inputs(context_, slice, key.first, given.inputs);
      add(slice_index, std::move(given));
    }
  }

  void one_layer(std::size_t slice_index, std::size_t offset, std::size_t layer) {
    const PlanSlice& slice = context_.slices[slice_index];
    tables_.clear();
    for (const PlanSource& source : slice.sources) {
      tables_.push_back(&source.model->names.layers[source.begin + offset]);
    }
    // Depth in the slice; a slice of one layer is its end.
    const double t =
        slice.length() == 1 ? 1.0 : static_cast<double>(offset) / static_cast<double>(slice.length() - 1);
    const std::string role = fmt::format("layer {}", layer);
    const std::size_t first = result_.tensors.size();
    for (const NameKey& key : all_keys()) {
      add(slice_index, {.output = full_name(key, layer), .role = role, .t = t, .inputs = held(key)});
    }
    std::sort(result_.tensors.begin() + static_cast<std::ptrdiff_t>(first), result_.tensors.end(),
              [](const PlannedTensor& a, const PlannedTensor& b) { return a.output.name < b.output.name; });
  }

  // The union over the sources, sorted.
  const std::vector<NameKey>& all_keys() {
    keys_.clear();
    for (const auto* table : tables_) {
      for (const NamedTensor& tensor : *table) keys_.push_back(tensor.key);
    }
    std::sort(keys_.begin(), keys_.end());
    keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
    return keys_;
  }

  std::vector<PlanInput> held(const NameKey& key) const {
    std::vector<PlanInput> inputs;
    for (std::size_t i = 0; i < tables_.size(); ++i) {
      if (const TensorView* view = find(*tables_[i], key)) inputs.push_back({i, view, view->name});
    }
    return inputs;
  }

  // A head that some model holds is written; tied models, whose checkpoints hold none, give their embedding.
  static void lend_embeddings(const PlanSlice& slice, const NameKey& key, std::vector<PlanInput>& inputs) {
    std::vector<PlanInput> all;
    for (std::size_t i = 0; i < slice.sources.size(); ++i) {
      const OpenModel& model = *slice.sources[i].model;
      const TensorView* own = find(model.names.after, key);
      const TensorView* used = own != nullptr ? own : embedding(model);
      if (used != nullptr) all.push_back({i, used, key.first});
    }
    inputs = std::move(all);
  }

  void add(std::size_t slice_index, TensorInputs given) {
    SliceNames& names = names_[slice_index];
    for (const PlanInput& input : given.inputs) names.input[input.source].push_back(input.name);
    result_.tensors.push_back(
        plan_tensor(context_, context_.slices[slice_index], parameters_[slice_index], std::move(given)));
    ends_[slice_index] = result_.tensors.size();
  }

  // Tensors of a slice stand together, as the first slice has those before the layers and the last one those
  // after.
  void number() {
    std::size_t slice = 0;
    for (std::size_t i = 0; i < result_.tensors.size(); ++i) {
      while (i >= ends_[slice]) ++slice;
      result_.tensors[i].output.index = i;
      names_[slice].output.push_back(result_.tensors[i].output.name);
    }
  }

  PlanContext& context_;
  std::vector<SliceParameters> parameters_;
  std::vector<SliceNames> names_;
  std::vector<std::size_t> ends_;  // [slice]: one past its last tensor
  std::vector<const std::vector<NamedTensor>*> tables_;
  std::vector<NameKey> keys_;
  PlannedTensors result_;
};

}  // namespace

bool is_head(std::string_view name) {
  return name == "lm_head.weight" || ends_with(name, ".lm_head.weight");
}

PlannedTensors plan_tensors(PlanContext& context) {
  return TensorsPlanner(context).plan();
}

}  // namespace tsugi::merge
