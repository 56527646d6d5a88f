// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Whether a checkpoint holds the tensors that its config.json promises.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <functional>
#include <optional>
#include <set>

#include "eval/model/shape.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using recipes::Architecture;
using recipes::ArchitectureRow;

// Every tensor of the family for these sizes: visit(row, layer or nothing, name).
void each_tensor(
    const Architecture& architecture, const ModelShape& shape,
    const std::function<void(const ArchitectureRow&, std::optional<std::size_t>, std::string)>& visit) {
  for (const auto* rows : {&architecture.before, &architecture.after}) {
    for (const ArchitectureRow& row : *rows) {
      if (shape.has(row, 0)) visit(row, std::nullopt, row.name);
    }
  }
  for (std::size_t layer = 0; layer < shape.layers; ++layer) {
    for (const ArchitectureRow& row : architecture.each_layer) {
      if (!shape.has(row, layer)) continue;
      for (std::size_t e = 0; e < count_of(row, shape); ++e) visit(row, layer, tensor_name(row, layer, e));
    }
  }
}

std::string place_of(const ArchitectureRow& row, std::optional<std::size_t> layer) {
  return layer ? fmt::format("{} of layer {}", row.role, *layer) : row.role;
}

// The family's names are allowed to lack its prefix.
const merge::TensorView* find_tensor(const Architecture& architecture, const std::string& name,
                                     const merge::Checkpoint& checkpoint) {
  const merge::TensorView* tensor = checkpoint.find(name);
  const std::string& prefix = architecture.prefix;
  if (tensor == nullptr && !prefix.empty() && name.starts_with(prefix))
    tensor = checkpoint.find(name.substr(prefix.size()));
  return tensor;
}

void check_tensor(const Architecture& architecture, const ArchitectureRow& row,
                  std::optional<std::size_t> layer, const std::string& name, const ModelShape& shape,
                  const merge::Checkpoint& checkpoint) {
  const merge::TensorView* tensor = find_tensor(architecture, name, checkpoint);
  const std::string where = checkpoint.folder().string();
  if (tensor == nullptr) {
    throw InputError(where, fmt::format("{} is missing: no tensor {}", place_of(row, layer), name),
                     row.tied_to.empty()
                         ? "take all files of the model"
                         : "set tie_word_embeddings to true in config.json if the embedding stands in");
  }
  merge::Shape expected;
  for (const std::string& expression : row.shape)
    expected.push_back(evaluate(expression, shape.dimensions()).value_or(0));
  if (tensor->shape != expected) {
    throw InputError(
        where,
        fmt::format("{}: file has {}, {} expects [{}] = {}", place_of(row, layer), merge::text(tensor->shape),
                    architecture.family, fmt::join(row.shape, ", "), merge::text(expected)),
        "config.json and weights must be of one model");
  }
  if (!is_float(tensor->dtype)) {
    throw InputError(
        where,
        fmt::format("{} is stored as {}, expected F32, BF16, F16 or F64", name, tsugi::name(tensor->dtype)),
        "dequantise the model first");
  }
}

// A tensor that the decoder would pass over in silence is a model that it does not run.
void check_no_others(const Architecture& architecture, const ModelShape& shape,
                     const std::set<std::string>& known, const merge::Checkpoint& checkpoint) {
  for (const merge::TensorView& tensor : checkpoint.tensors()) {
    const bool expected = known.contains(tensor.name) || known.contains(architecture.prefix + tensor.name);
    if (expected || is_recomputed_buffer(tensor.name)) continue;
    throw InputError(
        checkpoint.folder().string(),
        fmt::format("{} has no place in {} with {} layers", tensor.name, architecture.family, shape.layers),
        "score it with a command scorer, or remove the tensor");
  }
}

}  // namespace

void check_shapes(const Architecture& architecture, const ModelShape& shape,
                  const merge::Checkpoint& checkpoint) {
  std::set<std::string> known;
  each_tensor(architecture, shape,
              [&](const ArchitectureRow& row, std::optional<std::size_t> layer, const std::string& name) {
                known.insert(name);
                if (shape.tied && !row.tied_to.empty())
                  return;  // absent, or passed over as transformers does
                check_tensor(architecture, row, layer, name, shape, checkpoint);
              });
  check_no_others(architecture, shape, known, checkpoint);
}

}  // namespace tsugi::eval
