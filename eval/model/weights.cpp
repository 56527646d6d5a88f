// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The arena. Matrices are packed as packed_matrix.h documents; query, key and value are rows [0, q), [q, q +
// kv) and [q + kv, q + 2 kv) of one matrix, gate and up rows [0, ffn) and [ffn, 2 ffn) of another, whether a
// family stores them in one tensor or in several, [out, in] or [in, out]. Norms and biases stay in f32.
//
// A tied head is kept once, packed; embed() reads its rows from the panels. That touches one cache line for
// each input of the model instead of one for each 16, 128 lines for the bundled models and well under a
// hundredth of a token's work for any size, and saves the memory and the second write of what is often the
// largest matrix.
#include "eval/model/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "eval/model/packed_matrix.h"
#include "eval/model/weight_places.h"
#include "merge/stream_store.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

// Makes the matrices of one arena.
class MatrixMaker {
 public:
  MatrixMaker(const ModelShape& shape, DType storage, Compute compute)
      : storage_(storage),
        compute_(compute),
        past_caches_(ResidentWeights::bytes(shape, storage) >= merge::kStreamedFrom) {}

  PackedMatrix multiplied(std::size_t rows, std::size_t columns) {
    if (rows == 0) return {};
    PackedMatrix matrix = made(rows, columns);
    if (past_caches_) matrix.write_past_caches();
    return matrix;
  }

  PackedMatrix looked_up(std::size_t rows, std::size_t columns) const {
    return {rows, columns, storage_ == DType::BF16 ? Layout::rows_bf16 : Layout::rows_f32};
  }

 private:
  PackedMatrix made(std::size_t rows, std::size_t columns) {
    if (compute_ == Compute::f32) {
      return {rows, columns, storage_ == DType::BF16 ? Layout::panels_bf16 : Layout::panels_f32};
    }
    return {rows, columns, Layout::pairs_bf16};
  }

  DType storage_;
  Compute compute_;
  bool past_caches_;
};

MlpWeights make_mlp(MatrixMaker& maker, const ModelShape& shape, std::size_t ffn) {
  MlpWeights mlp;
  mlp.gate_up = maker.multiplied(shape.ffn_inputs() * ffn, shape.hidden);
  mlp.down = maker.multiplied(shape.hidden, ffn);
  return mlp;
}

ResidentLayer make_layer(MatrixMaker& maker, const ModelShape& shape, const LayerKind& kind) {
  ResidentLayer layer;
  layer.qkv = maker.multiplied(shape.qkv_size(), shape.hidden);
  layer.out = maker.multiplied(shape.hidden, shape.q_size());
  if (!kind.sparse) {
    layer.mlp = make_mlp(maker, shape, shape.ffn);
    return layer;
  }
  layer.router = maker.multiplied(shape.experts, shape.hidden);
  for (std::size_t e = 0; e < shape.experts; ++e)
    layer.experts.push_back(make_mlp(maker, shape, shape.expert_ffn));
  if (shape.shared_ffn > 0) {
    layer.shared = make_mlp(maker, shape, shape.shared_ffn);
    layer.shared_router = maker.multiplied(1, shape.hidden);
  }
  return layer;
}

std::size_t bytes_of(const MlpWeights& mlp) {
  return mlp.gate_up.bytes() + mlp.down.bytes();
}

std::size_t bytes_of(const ResidentLayer& layer) {
  std::size_t total = layer.qkv.bytes() + layer.out.bytes() + bytes_of(layer.mlp) + bytes_of(layer.shared) +
                      layer.router.bytes() + layer.shared_router.bytes();
  for (const MlpWeights& expert : layer.experts) total += bytes_of(expert);
  return total;
}

}  // namespace

struct ResidentWeights::State {
  State(const recipes::Architecture& architecture, const ModelShape& model, DType storage_type,
        Compute arithmetic)
      : family(&architecture),
        shape(model),
        storage(storage_type),
        compute(arithmetic),
        maker(shape, storage, compute) {
    outer.head = maker.multiplied(shape.vocabulary, shape.hidden);
    outer.embedding = maker.looked_up(shape.tied ? 0 : shape.vocabulary, shape.hidden);
    outer.positions = maker.looked_up(shape.learned_positions ? shape.max_positions : 0, shape.hidden);
    map_outer_names(architecture);
    add_layers();
  }

  // As many as the shape has.
  void add_layers() {
    while (layers.size() < shape.layers) {
      const std::size_t i = layers.size();
      layers.push_back(make_layer(maker, shape, shape.kind(i)));
      const std::size_t experts = std::max<std::size_t>(1, layers[i].experts.size());
      for (std::size_t e = 0; e < experts; ++e) map_layer(*family, i, e);
      check_filled(layers[i]);
    }
  }

  bool fits(const ModelShape& other) const {
    ModelShape same = other;
    same.layers = shape.layers;
    same.kinds = shape.kinds;
    if (!(same == shape)) return false;
    for (std::size_t i = 0; i < std::min(layers.size(), other.layers); ++i) {
      if (layers[i].experts.empty() == other.kind(i).sparse) return false;
    }
    return true;
  }

  void map_outer_names(const recipes::Architecture& architecture) {
    std::vector<recipes::ArchitectureRow> rows = architecture.before;
    rows.insert(rows.end(), architecture.after.begin(), architecture.after.end());
    const std::map<std::string, WeightPlace> roles = outer_places(outer, shape);
    for (const recipes::ArchitectureRow& row : rows) {
      if (shape.has(row, 0)) map_row(architecture, row, row.name, roles);
    }
    check_filled(outer.head, "the head");
    check_filled(outer.embedding, "the embedding");
    check_filled(outer.positions, "the positions");
    if (!outer.final_norm.present()) {
      throw InputError(architecture.family, "no tensor has the role 'norm.final'",
                       "see recipes/architectures/llama.yaml");
    }
  }

  void map_layer(const recipes::Architecture& architecture, std::size_t layer, std::size_t expert) {
    std::map<std::string, WeightPlace> roles = layer_places(layers[layer], shape, expert);
    for (auto& entry : roles) entry.second.layer = layer;
    for (const recipes::ArchitectureRow& row : architecture.each_layer) {
      if (!shape.has(row, layer) || expert >= count_of(row, shape)) continue;
      map_row(architecture, row, tensor_name(row, layer, expert), roles);
    }
  }

  void map_row(const recipes::Architecture& architecture, const recipes::ArchitectureRow& row,
               const std::string& name, const std::map<std::string, WeightPlace>& roles) {
    if (shape.tied && !row.tied_to.empty()) {
      passed_over.insert(name);
      return;
    }
    const auto found = roles.find(row.role);
    if (found == roles.end()) {
      throw InputError(architecture.family,
                       fmt::format("the decoder has no use for role '{}' of {}", row.role, row.name),
                       "see the roles of recipes/architectures/llama.yaml");
    }
    WeightPlace place = found->second;
    place.transposed = row.transposed;
    if (place.transposed) std::swap(place.shape[0], place.shape[1]);
    if (place.vector != nullptr) {
      const std::size_t end = place.first_row + place.shape[0];
      if (place.vector->size() < end) place.vector->resize(end);
    } else {
      filled[place.matrix] += place.transposed ? place.shape[1] : place.shape[0];
    }
    places[name] = std::move(place);
    if (name.starts_with(architecture.prefix) && !architecture.prefix.empty())
      aliases[name.substr(architecture.prefix.size())] = name;
  }

  // A matrix of which a part has no tensor would be computed with zeros.
  void check_filled(const PackedMatrix& matrix, const char* what) {
    if (matrix.rows() == 0 || filled[&matrix] == matrix.rows()) return;
    throw InputError(family->family,
                     fmt::format("tensors fill {} of {} rows of {}", filled[&matrix], matrix.rows(), what),
                     "see the roles of recipes/architectures/llama.yaml");
  }

  void check_filled(const ResidentLayer& layer) {
    check_filled(layer.qkv, "attn.q, attn.k and attn.v");
    check_filled(layer.out, "attn.o");
    check_filled(layer.router, "mlp.router");
    for (const MlpWeights* mlp : {&layer.mlp, &layer.shared}) {
      check_filled(mlp->gate_up, "mlp.gate and mlp.up");
      check_filled(mlp->down, "mlp.down");
    }
    for (const MlpWeights& expert : layer.experts) {
      check_filled(expert.gate_up, "expert.gate and expert.up");
      check_filled(expert.down, "expert.down");
    }
  }

  WeightPlace& place_of(const merge::OutputTensor& tensor) {
    const auto alias = aliases.find(tensor.name);
    const auto found = places.find(alias == aliases.end() ? tensor.name : alias->second);
    if (found == places.end())
      throw Error(fmt::format("{} has no place among the resident weights", tensor.name));
    return found->second;
  }

  bool is_passed_over(const std::string& name) const {
    return passed_over.contains(name) || is_recomputed_buffer(name);
  }

  const recipes::Architecture* family;
  ModelShape shape;
  DType storage;
  Compute compute;
  MatrixMaker maker;
  OuterWeights outer;
  std::deque<ResidentLayer> layers;  // at least shape.layers; a deque, for places point into it as it grows
  std::map<std::string, WeightPlace> places;          // by tensor name
  std::map<std::string, std::string> aliases;         // names without the family's prefix
  std::map<const PackedMatrix*, std::size_t> filled;  // rows that have a tensor
  std::set<std::string> passed_over;                  // heads of tied models
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
  if (state_->is_passed_over(tensor.name)) return false;
  WeightPlace& place = state_->place_of(tensor);
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
  const WeightPlace& place = state_->place_of(tensor);
  if (!place.is_plain() || tensor.dtype != state_->storage) return {};
  return place.matrix->rows_in_place(place.first_row + row_begin, rows);
}

std::size_t ResidentWeights::write(const merge::OutputTensor& tensor, std::size_t row_begin,
                                   std::span<const std::byte> stored) {
  const WeightPlace& place = state_->place_of(tensor);
  const std::size_t row_bytes = tensor.row_length() * tsugi::bytes(tensor.dtype);
  const std::size_t rows = row_bytes == 0 ? 0 : stored.size() / row_bytes;
  if (rows * row_bytes != stored.size() || row_begin > tensor.rows() || rows > tensor.rows() - row_begin) {
    throw Error(fmt::format("{}: {} bytes for rows from {} on of {}", tensor.name, stored.size(), row_begin,
                            merge::text(tensor.shape)));
  }
  if (place.is_plain() && tensor.dtype == state_->storage) {
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
  WeightPlace& place = state_->place_of(tensor);
  place.held = true;
  place.fingerprint = tensor.fingerprint;
}

void ResidentWeights::check_complete() const {
  for (const auto& [name, place] : state_->places) {
    if (place.held || (place.layer && *place.layer >= state_->shape.layers)) continue;
    throw Error(fmt::format("{} was never written into the resident weights", name));
  }
}

bool ResidentWeights::fit(const ModelShape& shape) {
  if (!state_->fits(shape)) return false;
  state_->shape = shape;
  state_->add_layers();
  return true;
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
  return state_->outer.head;
}
const NormWeights& ResidentWeights::final_norm() const {
  return state_->outer.final_norm;
}

const ResidentLayer& ResidentWeights::layer(std::size_t slot) const {
  return state_->layers.at(slot);
}

void ResidentWeights::embed(std::size_t token, std::size_t position, std::span<float> out) const {
  const OuterWeights& outer = state_->outer;
  (state_->shape.tied ? outer.head : outer.embedding).read_row(token, out);
  if (state_->shape.embedding_scale != 1) {
    for (float& x : out) x *= state_->shape.embedding_scale;
  }
  if (outer.positions.rows() == 0) return;
  thread_local std::vector<float> row;
  row.resize(out.size());
  outer.positions.read_row(position, row);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] += row[i];
}

std::size_t ResidentWeights::bytes() const {
  const OuterWeights& outer = state_->outer;
  std::size_t total = outer.head.bytes() + outer.embedding.bytes() + outer.positions.bytes();
  for (const ResidentLayer& layer : state_->layers) total += bytes_of(layer);
  return total;
}

std::size_t ResidentWeights::bytes(const ModelShape& shape, DType storage) {
  const Layout packed = storage == DType::BF16 ? Layout::panels_bf16 : Layout::panels_f32;
  const auto matrix = [&](std::size_t rows, std::size_t columns) {
    return rows == 0 ? 0 : PackedMatrix::bytes(rows, columns, packed);
  };
  const auto mlp = [&](std::size_t ffn) {
    return matrix(shape.ffn_inputs() * ffn, shape.hidden) + (ffn == 0 ? 0 : matrix(shape.hidden, ffn));
  };
  const std::size_t tables =
      (shape.tied ? 0 : shape.vocabulary) + (shape.learned_positions ? shape.max_positions : 0);
  std::size_t total = matrix(shape.vocabulary, shape.hidden) + tables * shape.hidden * tsugi::bytes(storage);
  for (std::size_t i = 0; i < shape.layers; ++i) {
    total += matrix(shape.qkv_size(), shape.hidden) + matrix(shape.hidden, shape.q_size());
    if (!shape.kind(i).sparse) {
      total += mlp(shape.ffn);
      continue;
    }
    total +=
        matrix(shape.experts, shape.hidden) + shape.experts * mlp(shape.expert_ffn) + mlp(shape.shared_ffn);
    if (shape.shared_ffn > 0) total += matrix(1, shape.hidden);
  }
  return total;
}

}  // namespace tsugi::eval
