// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/model_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "merge/look/overlap.h"
#include "merge/look/walk.h"

namespace tsugi::merge {
namespace {

using Triples = std::vector<TensorTriple>;

// Which tensors can be compared; everything else goes into the lists of `diff`.
Triples pair_up(const Checkpoint& a, const Checkpoint& b, const Checkpoint* base, ModelDiff& diff) {
  const recipes::Architecture* family = recipes::find_architecture(a.config().architecture());
  Triples triples;
  for (const TensorView& view : a.tensors()) {
    const TensorView* other = b.find(view.name);
    if (other == nullptr) {
      diff.only_a.push_back(view.name);
    } else if (other->shape != view.shape) {
      diff.other_shape.push_back(
          fmt::format("{}: {} and {}", view.name, text(view.shape), text(other->shape)));
    } else if (!is_float(view.dtype) || !is_float(other->dtype)) {
      if (!same_values(view, *other)) diff.whole_numbers.push_back(view.name);
    } else {
      const TensorView* start = base == nullptr ? nullptr : base->find(view.name);
      if (start != nullptr && (start->shape != view.shape || !is_float(start->dtype))) start = nullptr;
      if (base != nullptr && start == nullptr) diff.not_in_base.push_back(view.name);
      triples.push_back({&view, other, start});
      diff.tensors.push_back({.name = view.name,
                              .place = place_of(view.name, family),
                              .shape = view.shape,
                              .type_a = view.dtype,
                              .type_b = other->dtype,
                              .sums = {}});
    }
  }
  for (const TensorView& view : b.tensors()) {
    if (a.find(view.name) == nullptr) diff.only_b.push_back(view.name);
  }
  return triples;
}

void add_step(const TensorTriple& tensor, std::size_t begin, std::size_t count, DiffSums& sums) {
  const std::span<float> a = walk_buffer(0, count);
  const std::span<float> b = walk_buffer(1, count);
  read_values(*tensor.a, begin, a);
  read_values(*tensor.b, begin, b);
  if (tensor.base == nullptr) return add_pairs(a, b, {}, sums.pair);
  const std::span<float> c = walk_buffer(2, count);
  read_values(*tensor.base, begin, c);
  add_pairs(a, b, c, sums.pair);
  if (!sums.task) sums.task.emplace();
  add_tasks(a, b, c, *sums.task);
}

void add_overlap(const Triples& triples, ModelDiff& diff, const DiffOptions& options) {
  for (std::size_t i = 0; i < triples.size(); ++i) {
    if (triples[i].base == nullptr || diff.tensors[i].sums.pair.bad > 0) continue;
    const Overlap overlap = top_overlap(triples[i]);
    diff.tensors[i].sums.top_kept = overlap.kept;
    diff.tensors[i].sums.top_both = overlap.both;
    if (options.progress) options.progress(diff.tensors[i].sums.pair.elements);
  }
}

DiffGroup& group_of(std::vector<DiffGroup>& groups, std::map<std::string, std::size_t>& index,
                    const std::string& name) {
  const auto [place, added] = index.emplace(name, groups.size());
  if (added) groups.push_back({.name = name, .tensors = 0, .sums = {}});
  return groups[place->second];
}

void add(DiffGroup& group, const TensorDiff& tensor) {
  ++group.tensors;
  group.sums.add(tensor.sums);
}

}  // namespace

void DiffSums::add(const DiffSums& other) {
  pair.add(other.pair);
  if (other.task) {
    if (!task) task.emplace();
    task->add(*other.task);
  }
  top_kept += other.top_kept;
  top_both += other.top_both;
}

std::optional<double> DiffSums::overlap() const {
  if (top_kept == 0) return std::nullopt;
  return static_cast<double>(top_both) / static_cast<double>(top_kept);
}

DiffGroup ModelDiff::total() const {
  DiffGroup all{.name = "all", .tensors = 0, .sums = {}};
  for (const TensorDiff& tensor : tensors) add(all, tensor);
  return all;
}

std::vector<DiffGroup> ModelDiff::by_role() const {
  std::vector<DiffGroup> groups;
  std::map<std::string, std::size_t> index;
  for (const TensorDiff& tensor : tensors) add(group_of(groups, index, tensor.place.role), tensor);
  return groups;
}

std::vector<DiffGroup> ModelDiff::by_layer() const {
  std::map<std::pair<std::string, std::size_t>, DiffGroup> layers;
  DiffGroup outside{.name = "outside", .tensors = 0, .sums = {}};
  std::string only_stack;
  bool several = false;
  for (const TensorDiff& tensor : tensors) {
    if (!tensor.place.layer) {
      add(outside, tensor);
      continue;
    }
    several |= !only_stack.empty() && only_stack != tensor.place.stack;
    only_stack = tensor.place.stack;
    add(layers[{tensor.place.stack, *tensor.place.layer}], tensor);
  }
  std::vector<DiffGroup> groups;
  for (auto& [key, group] : layers) {
    group.name = several ? fmt::format("{} {}", key.first, key.second) : fmt::format("layer {}", key.second);
    groups.push_back(std::move(group));
  }
  if (outside.tensors > 0) groups.push_back(std::move(outside));
  return groups;
}

ModelDiff diff_models(const Checkpoint& a, const Checkpoint& b, const Checkpoint* base,
                      const DiffOptions& options) {
  ModelDiff diff;
  const Triples triples = pair_up(a, b, base, diff);
  std::vector<Walk> walks;
  for (const TensorTriple& tensor : triples) walks.push_back(walk_of({tensor.a, tensor.b, tensor.base}));
  const std::vector<DiffSums> sums = sum_over<DiffSums>(
      walks,
      [&](std::size_t tensor, std::size_t begin, std::size_t count, DiffSums& of_block) {
        add_step(triples[tensor], begin, count, of_block);
      },
      options.progress);
  for (std::size_t i = 0; i < sums.size(); ++i) diff.tensors[i].sums = sums[i];
  if (options.overlap) add_overlap(triples, diff, options);
  return diff;
}

}  // namespace tsugi::merge
