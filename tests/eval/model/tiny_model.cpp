// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/eval/model/tiny_model.h"

#include <algorithm>
#include <limits>

namespace tsugi::eval::tests {
namespace {

using Vector = std::vector<double>;

constexpr double kTheta = 10000;  // as in tiny_shape()

class Reference {
 public:
  explicit Reference(const TinyModel& model, std::size_t layer) : model_(model), layer_(layer) {}

  const std::vector<float>& tensor(const std::string& name) const {
    return model_.tensors.at("model.layers." + std::to_string(layer_) + "." + name + ".weight").second;
  }
  Vector product(const std::string& name, const Vector& x) const { return times(tensor(name), x); }

  static Vector times(const std::vector<float>& matrix, const Vector& x) {
    Vector y(matrix.size() / x.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
      for (std::size_t k = 0; k < x.size(); ++k) y[i] += static_cast<double>(matrix[i * x.size() + k]) * x[k];
    }
    return y;
  }

  static Vector normed(const std::vector<float>& gain, const Vector& x, double eps) {
    double squares = 0;
    for (const double value : x) squares += value * value;
    Vector y(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      y[i] = x[i] / std::sqrt(squares / static_cast<double>(x.size()) + eps) * static_cast<double>(gain[i]);
    }
    return y;
  }

 private:
  const TinyModel& model_;
  std::size_t layer_;
};

void turn(Vector& x, std::size_t head, double theta, std::size_t position) {
  const std::size_t half = head / 2;
  for (std::size_t start = 0; start < x.size(); start += head) {
    for (std::size_t i = 0; i < half; ++i) {
      const double angle = static_cast<double>(position) *
                           std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(head));
      const double a = x[start + i];
      const double b = x[start + half + i];
      x[start + i] = a * std::cos(angle) - b * std::sin(angle);
      x[start + half + i] = b * std::cos(angle) + a * std::sin(angle);
    }
  }
}

Vector attend(const ModelShape& shape, const Vector& query, const std::vector<Vector>& keys,
              const std::vector<Vector>& values, std::size_t position) {
  Vector out(query.size());
  for (std::size_t h = 0; h < shape.heads; ++h) {
    const std::size_t kv = h / (shape.heads / shape.kv_heads) * shape.head;
    Vector weights(position + 1);
    for (std::size_t p = 0; p <= position; ++p) {
      for (std::size_t d = 0; d < shape.head; ++d) weights[p] += query[h * shape.head + d] * keys[p][kv + d];
      weights[p] = weights[p] / std::sqrt(static_cast<double>(shape.head));
    }
    const double most = *std::max_element(weights.begin(), weights.end());
    double total = 0;
    for (double& weight : weights) total += weight = std::exp(weight - most);
    for (std::size_t p = 0; p <= position; ++p) {
      for (std::size_t d = 0; d < shape.head; ++d) {
        out[h * shape.head + d] += weights[p] / total * values[p][kv + d];
      }
    }
  }
  return out;
}

void add(Vector& x, const Vector& y) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
}

void run_layer(const Reference& layer, const ModelShape& shape, std::vector<Vector>& hidden) {
  const auto eps = static_cast<double>(shape.norm_eps);
  std::vector<Vector> queries;
  std::vector<Vector> keys;
  std::vector<Vector> values;
  for (std::size_t p = 0; p < hidden.size(); ++p) {
    const Vector x = Reference::normed(layer.tensor("input_layernorm"), hidden[p], eps);
    queries.push_back(layer.product("self_attn.q_proj", x));
    keys.push_back(layer.product("self_attn.k_proj", x));
    values.push_back(layer.product("self_attn.v_proj", x));
    turn(queries.back(), shape.head, kTheta, p);
    turn(keys.back(), shape.head, kTheta, p);
  }
  for (std::size_t p = 0; p < hidden.size(); ++p) {
    add(hidden[p], layer.product("self_attn.o_proj", attend(shape, queries[p], keys, values, p)));
    const Vector x = Reference::normed(layer.tensor("post_attention_layernorm"), hidden[p], eps);
    Vector gate = layer.product("mlp.gate_proj", x);
    const Vector up = layer.product("mlp.up_proj", x);
    for (std::size_t i = 0; i < gate.size(); ++i) gate[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
    add(hidden[p], layer.product("mlp.down_proj", gate));
  }
}

}  // namespace

std::vector<double> reference_logits(std::span<const TinyModel* const> models, const Path& path,
                                     std::span<const TokenId> tokens) {
  const TinyModel& first = *models.front();
  const ModelShape& shape = first.shape;
  const std::vector<float>& embedding = first.tensors.at("model.embed_tokens.weight").second;
  std::vector<Vector> hidden;
  for (const TokenId token : tokens) {
    const auto row =
        embedding.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(token) * shape.hidden);
    hidden.emplace_back(row, row + static_cast<std::ptrdiff_t>(shape.hidden));
  }
  for (const Hop& hop : path) {
    for (Vector& x : hidden) {
      for (double& value : x) value *= static_cast<double>(hop.input_scale);
    }
    run_layer(Reference(*models[hop.source], hop.slot), shape, hidden);
  }
  std::vector<double> logits;
  const std::vector<float>& head = shape.tied ? embedding : first.tensors.at("lm_head.weight").second;
  for (const Vector& x : hidden) {
    const Vector row = Reference::times(head, Reference::normed(first.tensors.at("model.norm.weight").second,
                                                                x, static_cast<double>(shape.norm_eps)));
    logits.insert(logits.end(), row.begin(), row.end());
  }
  return logits;
}

double logits_tolerance(std::span<const double> logits, std::size_t hops) {
  double largest = 0;
  for (const double x : logits) largest = std::max(largest, std::abs(x));
  constexpr double kEps = static_cast<double>(std::numeric_limits<float>::epsilon());
  return 4 * 6 * static_cast<double>(hops + 1) * std::sqrt(60.0) * kEps * largest;
}

}  // namespace tsugi::eval::tests
