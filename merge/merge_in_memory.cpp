// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/merge_in_memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <set>
#include <vector>

#include "recipes/error.h"

namespace tsugi::merge {
namespace {

constexpr std::size_t kCacheLine = 64;

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

/// A tensor's bytes, untouched until they are written.
struct Room {
  std::unique_ptr<std::byte, Free> bytes;
  std::size_t size = 0;

  explicit Room(const OutputTensor& tensor) : size(elements(tensor.shape) * bits(tensor.dtype) / 8) {
    const std::size_t whole = (size + kCacheLine) / kCacheLine * kCacheLine;  // not 0
    bytes.reset(static_cast<std::byte*>(std::aligned_alloc(kCacheLine, whole)));
    if (bytes == nullptr) throw std::bad_alloc();
  }
  std::span<std::byte> all() const { return {bytes.get(), size}; }
};

class MemoryStore : public Sink {
 public:
  explicit MemoryStore(const MergePlan& plan) {
    for (const PlannedTensor& tensor : plan.tensors) rooms_.emplace_back(tensor.output);
  }

  bool wants(const OutputTensor& /*tensor*/) override { return true; }

  std::span<std::byte> place(const OutputTensor& tensor, std::size_t row_begin, std::size_t rows) override {
    const std::size_t row = tensor.row_length() * bytes(tensor.dtype);
    return rooms_.at(tensor.index).all().subspan(row_begin * row, rows * row);
  }

  std::size_t write(const OutputTensor& tensor, std::size_t row_begin,
                    std::span<const std::byte> stored) override {
    const std::size_t row = tensor.row_length() * bytes(tensor.dtype);
    std::memcpy(rooms_.at(tensor.index).all().subspan(row_begin * row).data(), stored.data(), stored.size());
    return 0;
  }

  void write_bytes(const OutputTensor& tensor, std::span<const std::byte> stored) override {
    const std::span<std::byte> room = rooms_.at(tensor.index).all();
    if (stored.size() != room.size()) {
      throw Error(
          fmt::format("tensor {}: {} bytes given, {} expected", tensor.name, stored.size(), room.size()));
    }
    std::copy(stored.begin(), stored.end(), room.begin());
  }

  void done(const OutputTensor& /*tensor*/) override {}

  std::span<const std::byte> held(std::size_t tensor) const { return rooms_.at(tensor).all(); }

 private:
  std::vector<Room> rooms_;  // [tensor of the plan]
};

std::vector<std::filesystem::path> files_of(const MergePlan& plan) {
  std::set<std::filesystem::path> files;
  for (const auto& input : plan.inputs) {
    for (const std::filesystem::path& file : input->files()) files.insert(file);
  }
  return {files.begin(), files.end()};
}

}  // namespace

std::shared_ptr<const Checkpoint> merge_in_memory(const MergePlan& plan, const ExecuteOptions& options) {
  const auto store = std::make_shared<MemoryStore>(plan);
  execute(plan, *store, options);
  std::vector<TensorView> tensors;
  for (std::size_t i = 0; i < plan.tensors.size(); ++i) {
    const OutputTensor& output = plan.tensors[i].output;
    // The fingerprint tells it from other merges into the donor's folder.
    tensors.push_back({.name = output.name,
                       .dtype = output.dtype,
                       .shape = output.shape,
                       .bytes = store->held(i),
                       .variant = output.fingerprint});
  }
  std::sort(tensors.begin(), tensors.end(),
            [](const TensorView& a, const TensorView& b) { return a.name < b.name; });
  return Checkpoint::merged(plan.donor, plan.config, std::move(tensors), files_of(plan), store);
}

MergePlan plan_graph(const recipes::RecipeGraph& graph, CheckpointStore& checkpoints,
                     const PlanOptions& options) {
  std::map<std::string, std::shared_ptr<const Checkpoint>> made;
  for (std::size_t i = 0; i + 1 < graph.steps.size(); ++i) {
    const LentModels lent(checkpoints, made);
    made[graph.steps[i].name] = merge_in_memory(plan_merge(graph.steps[i], checkpoints, options));
  }
  const LentModels lent(checkpoints, std::move(made));
  return plan_merge(graph.final_step(), checkpoints, options);
}

}  // namespace tsugi::merge
