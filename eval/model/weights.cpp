// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The arena. Matrices are packed as packed_matrix.h documents; query, key and value are rows [0, q), [q, q +
// kv) and [q + kv, q + 2 kv) of one matrix, gate and up rows [0, ffn) and [ffn, 2 ffn) of another. Norms stay
// in f32.
//
// A tied head is kept once, packed; embed() reads its rows from the panels. That touches one cache line for
// each input of the model instead of one for each 16, 128 lines for the bundled models and well under a
// hundredth of a token's work for any size, and saves the memory and the second write of what is often the
// largest matrix.
#include "eval/model/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "eval/model/kernels/onednn_product.h"
#include "eval/model/packed_matrix.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

// Where the values of one tensor go: rows of a matrix from `first_row` on, or a vector.
struct Place {
  PackedMatrix* matrix = nullptr;
  std::size_t first_row = 0;
  std::vector<float>* vector = nullptr;
  merge::Shape shape;
  bool held = false;
  std::uint64_t fingerprint = 0;  // of what is held

  // Rows from `row` on; returns how many values are infinite or NaN as stored. Vectors stay in f32.
  std::size_t store(std::size_t row, std::span<const float> values) const {
    if (matrix != nullptr) return matrix->write(first_row + row, values);
    std::copy(values.begin(), values.end(), vector->begin());
    return 0;
  }
};

struct Layer {
  PackedMatrix qkv;
  PackedMatrix out;
  PackedMatrix gate_up;
  PackedMatrix down;
  std::vector<float> attention_norm;
  std::vector<float> mlp_norm;
};

// Makes the matrices of one arena; products of equal sizes share one oneDNN primitive.
class MatrixMaker {
 public:
  MatrixMaker(DType storage, Compute compute) : storage_(storage), compute_(compute) {}

  PackedMatrix multiplied(std::size_t rows, std::size_t columns) {
    if (compute_ == Compute::f32) {
      return {rows, columns, storage_ == DType::BF16 ? Layout::panels_bf16 : Layout::panels_f32};
    }
    auto& product = products_[{rows, columns}];
    if (product == nullptr) product = std::make_shared<const OneDnnProduct>(rows, columns, DType::BF16);
    return {rows, columns, Layout::rows_bf16, product};
  }

  PackedMatrix looked_up(std::size_t rows, std::size_t columns) const {
    return {rows, columns, storage_ == DType::BF16 ? Layout::rows_bf16 : Layout::rows_f32};
  }

 private:
  DType storage_;
  Compute compute_;
  std::map<std::pair<std::size_t, std::size_t>, std::shared_ptr<const OneDnnProduct>> products_;
};

}  // namespace

struct ResidentWeights::State {
  State(const recipes::Architecture& architecture, const ModelShape& model, DType storage_type,
        Compute arithmetic)
      : shape(model),
        storage(storage_type),
        compute(arithmetic),
        maker(storage, compute),
        head(maker.multiplied(shape.vocabulary, shape.hidden)),
        embedding(maker.looked_up(shape.tied ? 0 : shape.vocabulary, shape.hidden)),
        final_norm(shape.hidden) {
    layers.reserve(shape.layers);  // places point into it
    for (std::size_t i = 0; i < shape.layers; ++i) {
      layers.push_back({maker.multiplied(shape.q_size() + 2 * shape.kv_size(), shape.hidden),
                        maker.multiplied(shape.hidden, shape.q_size()),
                        maker.multiplied(2 * shape.ffn, shape.hidden),
                        maker.multiplied(shape.hidden, shape.ffn), std::vector<float>(shape.hidden),
                        std::vector<float>(shape.hidden)});
    }
    map_names(architecture);
  }

  // Role -> place for everything outside the layers, or inside one; a tensor of any other role cannot be run.
  std::map<std::string, Place> outer_roles() {
    std::map<std::string, Place> roles;
    PackedMatrix& table = shape.tied ? head : embedding;
    roles["embed"] = matrix_place(table, 0, shape.vocabulary);
    if (!shape.tied) roles["unembed"] = matrix_place(head, 0, shape.vocabulary);
    roles["norm.final"] = vector_place(final_norm);
    return roles;
  }

  std::map<std::string, Place> layer_roles(Layer& layer) const {
    const std::size_t q = shape.q_size();
    const std::size_t kv = shape.kv_size();
    std::map<std::string, Place> roles;
    roles["norm.attn"] = vector_place(layer.attention_norm);
    roles["attn.q"] = matrix_place(layer.qkv, 0, q);
    roles["attn.k"] = matrix_place(layer.qkv, q, kv);
    roles["attn.v"] = matrix_place(layer.qkv, q + kv, kv);
    roles["attn.o"] = matrix_place(layer.out, 0, shape.hidden);
    roles["norm.mlp"] = vector_place(layer.mlp_norm);
    roles["mlp.gate"] = matrix_place(layer.gate_up, 0, shape.ffn);
    roles["mlp.up"] = matrix_place(layer.gate_up, shape.ffn, shape.ffn);
    roles["mlp.down"] = matrix_place(layer.down, 0, shape.hidden);
    return roles;
  }

  static Place matrix_place(PackedMatrix& matrix, std::size_t first_row, std::size_t rows) {
    Place place;
    place.matrix = &matrix;
    place.first_row = first_row;
    place.shape = {rows, matrix.columns()};
    return place;
  }

  static Place vector_place(std::vector<float>& vector) {
    Place place;
    place.vector = &vector;
    place.shape = {vector.size()};
    return place;
  }

  void map_names(const recipes::Architecture& architecture) {
    std::vector<recipes::ArchitectureRow> outer = architecture.before;
    outer.insert(outer.end(), architecture.after.begin(), architecture.after.end());
    map_rows(architecture.family, outer, outer_roles(), 0);
    for (std::size_t i = 0; i < layers.size(); ++i) {
      map_rows(architecture.family, architecture.each_layer, layer_roles(layers[i]), i);
    }
  }

  void map_rows(const std::string& family, const std::vector<recipes::ArchitectureRow>& rows,
                std::map<std::string, Place> roles, std::size_t layer) {
    for (const recipes::ArchitectureRow& row : rows) {
      const std::string name = tensor_name(row, layer);
      if (shape.tied && !row.tied_to.empty()) {
        passed_over.insert(name);
        continue;
      }
      const auto found = roles.find(row.role);
      if (found == roles.end()) {
        throw InputError(family,
                         fmt::format("the decoder has no use for role '{}' of {}", row.role, row.name),
                         "see the roles of recipes/architectures/llama.yaml");
      }
      places[name] = std::move(found->second);
      roles.erase(found);
    }
    if (!roles.empty()) {
      throw InputError(family, fmt::format("no tensor has the role '{}'", roles.begin()->first),
                       "see the roles of recipes/architectures/llama.yaml");
    }
  }

  Place& place_of(const merge::OutputTensor& tensor) {
    const auto found = places.find(tensor.name);
    if (found == places.end())
      throw Error(fmt::format("{} has no place among the resident weights", tensor.name));
    return found->second;
  }

  ModelShape shape;
  DType storage;
  Compute compute;
  MatrixMaker maker;
  PackedMatrix head;
  PackedMatrix embedding;  // no rows when tied
  std::vector<float> final_norm;
  std::vector<Layer> layers;
  std::map<std::string, Place> places;  // by tensor name
  std::set<std::string> passed_over;    // heads of tied models
};

ResidentWeights::ResidentWeights(const recipes::Architecture& architecture, const ModelShape& shape,
                                 DType storage, Compute compute) {
  if (storage != DType::F32 && storage != DType::BF16) {
    throw Error(fmt::format("resident weights in {}; expected F32 or BF16", name(storage)));
  }
  if (compute == Compute::bf16 && storage != DType::BF16) {
    throw Error("bf16 arithmetic on weights in F32; expected weights in BF16");
  }
  state_ = std::make_unique<State>(architecture, shape, storage, compute);
}

ResidentWeights::~ResidentWeights() = default;

bool ResidentWeights::wants(const merge::OutputTensor& tensor) {
  if (state_->passed_over.contains(tensor.name) || is_recomputed_buffer(tensor.name)) return false;
  Place& place = state_->place_of(tensor);
  if (tensor.shape != place.shape) {
    throw Error(fmt::format("{} has shape {}, the resident weights expect {}", tensor.name,
                            merge::text(tensor.shape), merge::text(place.shape)));
  }
  if (!is_float(tensor.dtype)) write_bytes(tensor, {});  // says why
  if (place.held && place.fingerprint == tensor.fingerprint) return false;
  place.held = false;  // until done(): a merge that fails midway leaves nothing that could be taken for whole
  return true;
}

std::span<std::byte> ResidentWeights::place(const merge::OutputTensor& tensor, std::size_t row_begin,
                                            std::size_t rows) {
  const Place& place = state_->place_of(tensor);
  if (place.matrix == nullptr || tensor.dtype != state_->storage) return {};
  return place.matrix->rows_in_place(place.first_row + row_begin, rows);
}

std::size_t ResidentWeights::write(const merge::OutputTensor& tensor, std::size_t row_begin,
                                   std::span<const std::byte> stored) {
  const Place& place = state_->place_of(tensor);
  const std::size_t row_bytes = tensor.row_length() * tsugi::bytes(tensor.dtype);
  const std::size_t rows = row_bytes == 0 ? 0 : stored.size() / row_bytes;
  if (rows * row_bytes != stored.size() || row_begin > tensor.rows() || rows > tensor.rows() - row_begin) {
    throw Error(fmt::format("{}: {} bytes for rows from {} on of {}", tensor.name, stored.size(), row_begin,
                            merge::text(tensor.shape)));
  }
  if (place.matrix != nullptr && tensor.dtype == state_->storage) {
    place.matrix->write_stored(place.first_row + row_begin, stored);
    return 0;
  }
  thread_local std::vector<float> values;  // blocks come by the thousand: none allocates
  values.resize(stored.size() / tsugi::bytes(tensor.dtype));
  const bool finite = merge::to_finite_f32(tensor.dtype, stored, values);
  const std::size_t bad = place.store(row_begin, values);
  return finite ? bad : 0;
}

void ResidentWeights::write_bytes(const merge::OutputTensor& tensor, std::span<const std::byte>) {
  throw Error(fmt::format("{} is stored as {}; weights that are computed with are F32, BF16, F16 or F64",
                          tensor.name, name(tensor.dtype)));
}

void ResidentWeights::done(const merge::OutputTensor& tensor) {
  Place& place = state_->place_of(tensor);
  place.held = true;
  place.fingerprint = tensor.fingerprint;
}

void ResidentWeights::check_complete() const {
  for (const auto& [name, place] : state_->places) {
    if (!place.held) throw Error(fmt::format("{} was never written into the resident weights", name));
  }
}

void ResidentWeights::forget() {
  for (auto& entry : state_->places) entry.second.held = false;
}

const ModelShape& ResidentWeights::shape() const {
  return state_->shape;
}
Compute ResidentWeights::compute() const {
  return state_->compute;
}
DType ResidentWeights::storage() const {
  return state_->storage;
}
const PackedMatrix& ResidentWeights::head() const {
  return state_->head;
}
std::span<const float> ResidentWeights::final_norm() const {
  return state_->final_norm;
}

LayerWeights ResidentWeights::layer(std::size_t slot) const {
  const Layer& layer = state_->layers.at(slot);
  return {&layer.qkv, &layer.out, &layer.gate_up, &layer.down, layer.attention_norm, layer.mlp_norm};
}

void ResidentWeights::embed(std::size_t token, std::span<float> out) const {
  (state_->shape.tied ? state_->head : state_->embedding).read_row(token, out);
}

std::size_t ResidentWeights::bytes() const {
  const State& state = *state_;
  std::size_t total = state.head.bytes() + state.embedding.bytes() + state.final_norm.size() * sizeof(float);
  for (const Layer& layer : state.layers) {
    total += layer.qkv.bytes() + layer.out.bytes() + layer.gate_up.bytes() + layer.down.bytes();
    total += (layer.attention_norm.size() + layer.mlp_norm.size()) * sizeof(float);
  }
  return total;
}

std::size_t ResidentWeights::bytes(const ModelShape& shape, DType storage) {
  const Layout packed = storage == DType::BF16 ? Layout::panels_bf16 : Layout::panels_f32;
  const auto matrix = [&](std::size_t rows, std::size_t columns) {
    return PackedMatrix::bytes(rows, columns, packed);
  };
  const std::size_t layer = matrix(shape.q_size() + 2 * shape.kv_size(), shape.hidden) +
                            matrix(shape.hidden, shape.q_size()) + matrix(2 * shape.ffn, shape.hidden) +
                            matrix(shape.hidden, shape.ffn) + 2 * shape.hidden * sizeof(float);
  const std::size_t table = shape.tied ? 0 : shape.vocabulary * shape.hidden * tsugi::bytes(storage);
  return shape.layers * layer + matrix(shape.vocabulary, shape.hidden) + table + shape.hidden * sizeof(float);
}

}  // namespace tsugi::eval
