// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// One layer's weights as the decoder reads them. What a family does not have is empty.
#pragma once

#include <cstddef>
#include <vector>

#include "eval/model/packed_matrix.h"

namespace tsugi::eval {

/// A norm over `gain.size()` elements, or over heads of that many; both stay in f32.
struct NormWeights {
  std::vector<float> gain;
  std::vector<float> bias;

  bool present() const { return !gain.empty(); }
};

/// down(act(gate(x)) * up(x)); without gates `gate_up` is up alone.
struct MlpWeights {
  PackedMatrix gate_up;  ///< [2 ffn, hidden] or [ffn, hidden]
  PackedMatrix down;     ///< [hidden, ffn]
  std::vector<float> gate_up_bias;
  std::vector<float> down_bias;

  bool present() const { return down.rows() > 0; }
};

struct ResidentLayer {
  NormWeights attention_norm;       ///< before attention
  NormWeights attention_post_norm;  ///< of what attention adds
  NormWeights mlp_norm;
  NormWeights mlp_post_norm;
  NormWeights q_norm;  ///< of each head, or of all of them
  NormWeights k_norm;
  PackedMatrix qkv;  ///< [q_size + 2 kv_size, hidden]
  PackedMatrix out;  ///< [hidden, q_size]
  std::vector<float> qkv_bias;
  std::vector<float> out_bias;
  MlpWeights mlp;                   ///< of a dense layer
  PackedMatrix router;              ///< [experts, hidden]
  std::vector<MlpWeights> experts;  ///< of a sparse layer
  MlpWeights shared;                ///< the expert that every token uses
  PackedMatrix shared_router;       ///< [1, hidden]: its output times sigmoid of this
};

}  // namespace tsugi::eval
