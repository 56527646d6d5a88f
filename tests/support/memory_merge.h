// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Merging without files: tensors in memory, a plan of one tensor, a sink that remembers.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "merge/execute.h"
#include "merge/methods/method.h"
#include "merge/plan.h"
#include "tests/support/stored.h"

namespace tsugi::tests {

/// A tensor and the bytes it views.
struct MemoryTensor {
  std::vector<std::byte> bytes;
  merge::TensorView view;

  MemoryTensor(std::string name, merge::Shape shape, const std::vector<float>& values,
               DType type = DType::F32)
      : bytes(stored_as(type, values)) {
    view = {.name = std::move(name), .dtype = type, .shape = std::move(shape), .bytes = bytes};
  }
  MemoryTensor(MemoryTensor&& other) noexcept : bytes(std::move(other.bytes)), view(std::move(other.view)) {
    view.bytes = bytes;
  }
  MemoryTensor& operator=(MemoryTensor&&) = delete;
};

/// Keeps what it is given; `held` are fingerprints it does not want again.
class MemorySink : public merge::Sink {
 public:
  std::map<std::string, std::vector<float>> values;
  std::map<std::string, std::vector<std::byte>> raw;
  std::vector<std::string> finished;
  std::vector<std::uint64_t> held;
  std::size_t writes = 0;

  bool wants(const merge::OutputTensor& tensor) override {
    for (const std::uint64_t fingerprint : held) {
      if (fingerprint == tensor.fingerprint) return false;
    }
    const std::lock_guard lock(mutex_);
    values[tensor.name].assign(merge::elements(tensor.shape), -12345.0F);  // a value no test expects
    return true;
  }
  std::size_t write(const merge::OutputTensor& tensor, std::size_t row_begin,
                    std::span<const std::byte> stored) override {
    const std::lock_guard lock(mutex_);
    ++writes;
    const std::span<float> all(values[tensor.name]);
    merge::to_f32(tensor.dtype, stored,
                  all.subspan(row_begin * tensor.row_length(), stored.size() / tsugi::bytes(tensor.dtype)));
    return 0;
  }
  void write_bytes(const merge::OutputTensor& tensor, std::span<const std::byte> bytes) override {
    const std::lock_guard lock(mutex_);
    raw[tensor.name].assign(bytes.begin(), bytes.end());
  }
  void done(const merge::OutputTensor& tensor) override { finished.push_back(tensor.name); }

 private:
  std::mutex mutex_;
};

using Numbers = std::map<std::string, double>;

/// Settings with the method's defaults where a number is not given. Throws for a name the method lacks.
inline merge::Settings settings_of(const merge::Method& method, const Numbers& global,
                                   const std::vector<Numbers>& per_model) {
  const auto number = [&](const merge::Parameter& row, const Numbers& given) {
    const auto found = given.find(std::string(row.name));
    if (found != given.end()) return found->second;
    if (!row.standard) throw std::logic_error("missing " + std::string(row.name));
    return *row.standard;
  };
  merge::Settings settings;
  settings.per_model.resize(per_model.size());
  for (const merge::Parameter& row : method.parameters) {
    if (row.scope == merge::Scope::global) {
      settings.global.push_back(number(row, global));
    } else {
      for (std::size_t i = 0; i < per_model.size(); ++i)
        settings.per_model[i].push_back(number(row, per_model[i]));
    }
  }
  return settings;
}

/// A plan of the tensors given; its config says nothing.
inline merge::MergePlan plan_of(std::vector<merge::PlannedTensor> tensors) {
  merge::MergePlan plan{.tensors = std::move(tensors),
                        .config = merge::ModelConfig({{"architectures", {"None"}}}, "none"),
                        .donor = nullptr,
                        .inputs = {},
                        .seed = 0,
                        .notes = {}};
  for (std::size_t i = 0; i < plan.tensors.size(); ++i) plan.tensors[i].output.index = i;
  return plan;
}

/// What a method is run on: `base` may be empty.
struct MethodCase {
  merge::Shape shape{2, 3};
  std::vector<float> base = {};
  std::vector<std::vector<float>> models = {};
  Numbers global = {};
  std::vector<Numbers> per_model = {};
  merge::Concurrency concurrency = merge::Concurrency::serial;
  std::uint64_t seed = 0;
  std::string name = "w";  ///< of the tensor
};

/// The f32 result of a method through plan and executor.
inline std::vector<float> run_method(const merge::Method& method, const MethodCase& given) {
  std::vector<MemoryTensor> stored;
  stored.reserve(given.models.size() + 1);
  stored.emplace_back("base", given.shape, given.base);
  for (const auto& model : given.models) stored.emplace_back("model", given.shape, model);
  merge::PlannedTensor planned;
  planned.output.name = given.name;
  planned.output.shape = given.shape;
  planned.method = &method;
  if (!given.base.empty()) planned.base = &stored[0].view;
  for (std::size_t i = 0; i < given.models.size(); ++i) planned.models.push_back(&stored[i + 1].view);
  auto per_model = given.per_model;
  per_model.resize(given.models.size());
  planned.settings = settings_of(method, given.global, per_model);
  merge::MergePlan plan = plan_of({planned});
  plan.seed = given.seed;
  MemorySink sink;
  merge::execute(plan, sink, {.concurrency = given.concurrency});
  return sink.values.at(given.name);
}

/// That of a method of the table.
inline std::vector<float> run_method(const std::string& name, const MethodCase& given) {
  const merge::Method* method = merge::find_method(name);
  if (method == nullptr) throw std::logic_error("no method " + name);
  return run_method(*method, given);
}

}  // namespace tsugi::tests
