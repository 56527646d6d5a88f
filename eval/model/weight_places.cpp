// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/weight_places.h"

#include <algorithm>

namespace tsugi::eval {
namespace {

WeightPlace rows_of(PackedMatrix& matrix, std::size_t first_row, std::size_t rows) {
  WeightPlace place;
  place.matrix = &matrix;
  place.first_row = first_row;
  place.shape = {rows, matrix.columns()};
  return place;
}

WeightPlace part_of(std::vector<float>& vector, std::size_t first, std::size_t count) {
  WeightPlace place;
  place.vector = &vector;
  place.first_row = first;
  place.shape = {count};
  return place;
}

using Places = std::map<std::string, WeightPlace>;

void add_norm(Places& places, const std::string& role, NormWeights& norm, std::size_t size,
              const ModelShape& shape) {
  places[role] = part_of(norm.gain, 0, size);
  places[role].offset = shape.gain_offset;
  places[role + ".bias"] = part_of(norm.bias, 0, size);
}

void add_mlp(Places& places, const std::string& prefix, MlpWeights& mlp, std::size_t ffn,
             const ModelShape& shape) {
  const std::size_t up = shape.gated ? ffn : 0;  // where its rows begin
  places[prefix + ".up"] = rows_of(mlp.gate_up, up, ffn);
  places[prefix + ".up.bias"] = part_of(mlp.gate_up_bias, up, ffn);
  if (shape.gated) {
    places[prefix + ".gate"] = rows_of(mlp.gate_up, 0, ffn);
    places[prefix + ".gate.bias"] = part_of(mlp.gate_up_bias, 0, ffn);
    places[prefix + ".gate_up"] = rows_of(mlp.gate_up, 0, 2 * ffn);
  }
  places[prefix + ".down"] = rows_of(mlp.down, 0, shape.hidden);
  places[prefix + ".down.bias"] = part_of(mlp.down_bias, 0, shape.hidden);
}

void add_attention(Places& places, ResidentLayer& layer, const ModelShape& shape) {
  const std::size_t q = shape.q_size();
  const std::size_t kv = shape.kv_size();
  places["attn.q"] = rows_of(layer.qkv, 0, q);
  places["attn.k"] = rows_of(layer.qkv, q, kv);
  places["attn.v"] = rows_of(layer.qkv, q + kv, kv);
  places["attn.q.bias"] = part_of(layer.qkv_bias, 0, q);
  places["attn.k.bias"] = part_of(layer.qkv_bias, q, kv);
  places["attn.v.bias"] = part_of(layer.qkv_bias, q + kv, kv);
  places["attn.qkv"] = rows_of(layer.qkv, 0, q + 2 * kv);
  places["attn.qkv.bias"] = part_of(layer.qkv_bias, 0, q + 2 * kv);
  if (shape.qkv_by_head) {
    places["attn.qkv"].head = shape.head;
    places["attn.qkv.bias"].head = shape.head;
  }
  places["attn.o"] = rows_of(layer.out, 0, shape.hidden);
  places["attn.o.bias"] = part_of(layer.out_bias, 0, shape.hidden);
}

// Row `row` of a tensor [heads][3][head] in the order [3][heads][head].
std::size_t sorted_row(std::size_t row, std::size_t rows, std::size_t head) {
  const std::size_t block = row / head;
  return (block % 3 * (rows / 3 / head) + block / 3) * head + row % head;
}

}  // namespace

std::size_t WeightPlace::store(std::size_t row, std::span<const float> values) const {
  if (vector != nullptr) {  // one block: a vector is one row
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t to = head == 0 ? i : sorted_row(i, values.size(), head);
      (*vector)[first_row + to] = values[i] + offset;
    }
    return 0;
  }
  if (transposed) return matrix->write_columns(first_row, shape[1], row, values);
  if (head == 0) return matrix->write(first_row + row, values);
  const std::size_t columns = matrix->columns();
  std::size_t bad = 0;
  for (std::size_t r = 0; r * columns < values.size(); ++r) {
    bad += matrix->write(sorted_row(row + r, shape[0], head), values.subspan(r * columns, columns));
  }
  return bad;
}

Places outer_places(OuterWeights& outer, const ModelShape& shape) {
  Places places;
  places["embed"] = rows_of(shape.tied ? outer.head : outer.embedding, 0, shape.vocabulary);
  places["unembed"] = rows_of(outer.head, 0, shape.vocabulary);
  places["positions"] = rows_of(outer.positions, 0, shape.max_positions);
  add_norm(places, "norm.final", outer.final_norm, shape.hidden, shape);
  return places;
}

Places layer_places(ResidentLayer& layer, const ModelShape& shape, std::size_t expert) {
  Places places;
  add_norm(places, "norm.attn", layer.attention_norm, shape.hidden, shape);
  add_norm(places, "norm.attn.post", layer.attention_post_norm, shape.hidden, shape);
  add_norm(places, "norm.mlp", layer.mlp_norm, shape.hidden, shape);
  add_norm(places, "norm.mlp.post", layer.mlp_post_norm, shape.hidden, shape);
  add_norm(places, "norm.q", layer.q_norm, shape.head, shape);
  add_norm(places, "norm.k", layer.k_norm, shape.head, shape);
  add_norm(places, "norm.q.all", layer.q_norm, shape.q_size(), shape);
  add_norm(places, "norm.k.all", layer.k_norm, shape.kv_size(), shape);
  add_attention(places, layer, shape);
  if (layer.mlp.present()) add_mlp(places, "mlp", layer.mlp, shape.ffn, shape);
  if (layer.experts.empty()) return places;
  places["mlp.router"] = rows_of(layer.router, 0, shape.experts);
  add_mlp(places, "expert", layer.experts.at(expert), shape.expert_ffn, shape);
  if (layer.shared.present()) {
    add_mlp(places, "shared", layer.shared, shape.shared_ffn, shape);
    places["shared.router"] = rows_of(layer.shared_router, 0, 1);
  }
  return places;
}

}  // namespace tsugi::eval
