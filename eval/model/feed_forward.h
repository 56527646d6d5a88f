// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The multilayer perceptron of a layer: one for all tokens, or a choice of experts for each.
#pragma once

#include <cstddef>
#include <vector>

#include "eval/model/aligned_buffer.h"
#include "eval/model/packed_matrix.h"
#include "eval/model/resident_layer.h"
#include "eval/model/shape.h"
#include "eval/model/team.h"

namespace tsugi::eval {

/// One runner's buffers. A row's result depends on that row alone.
class FeedForward {
 public:
  /// The arguments must outlive it; `rows` is the most that come at once.
  FeedForward(const ModelShape& shape, std::size_t rows, Team& team, AlignedBuffer<float>& memory);

  /// y = mlp(x), or += with `add`.
  void run(const MlpWeights& mlp, const Operands& x, const Activations& y, bool add, ProductScratch& scratch);

  /// y = sum of the chosen experts' outputs, each times its share of the softmax of the router's logits, plus
  /// the shared expert's (Mixtral, arXiv 2401.04088, section 2.1; Qwen, its modeling code). Or += with `add`.
  void run_experts(const ResidentLayer& layer, const Operands& x, const Activations& y, bool add,
                   ProductScratch& scratch);

  static std::size_t bytes(const ModelShape& shape, std::size_t rows, std::size_t members);

 private:
  struct Choice {
    std::size_t row;
    float weight;
  };
  struct Columns {
    std::size_t first;
    std::size_t count;
  };
  void choose(const ResidentLayer& layer, const Operands& x, ProductScratch& scratch);
  /// Some of what `down` multiplies. `room` is what no other member uses.
  void run_stretch(const MlpWeights& mlp, const Operands& x, Columns columns, float* room,
                   const OperandRows& activated, kernels::Upcoming* upcoming) const;

  const ModelShape& shape_;
  Team& team_;
  Activations inner_;                        // room for what stands before the activation
  Activations activated_;                    // room for the operands of `down`
  Activations gathered_;                     // room for the operands of one expert
  Activations answers_;                      // what it makes of them
  Activations routed_;                       // logits of the router, then their softmax
  std::vector<std::vector<Choice>> chosen_;  // by expert, rows ascending
};

}  // namespace tsugi::eval
