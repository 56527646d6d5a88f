// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sign consensus (TIES, arXiv 2306.01708, section 4.2) on weighted task vectors: at each element the models
// vote with v = factor d, the sign of the sum wins (0 counts as positive), and only models of that sign are
// added.
#pragma once

#include <span>

namespace tsugi::merge::steps {

/// An election over one tile. Models are added in recipe order; the sum of votes is rounded in that order.
/// Uses this thread's scratch: one election at a time.
class SignElection {
 public:
  /// `normalize`: divide by the sum of the winning models' weights.
  SignElection(std::size_t elements, bool normalize);

  /// v = factor delta; elements of 0 neither vote nor count.
  void add(std::span<const float> delta, float factor, float weight);

  /// The mix at each element. A divisor whose magnitude is below 1e-8 counts as 1.
  void mix(std::span<float> out) const;

 private:
  bool normalize_;
  std::span<float> votes_;
  std::span<float> positive_;
  std::span<float> negative_;
  std::span<float> positive_weight_;
  std::span<float> negative_weight_;
};

/// For elections whose votes differ from what is added: where delta has the sign of `votes` (0 counts as
/// positive; a delta of 0 has none) sum += weight delta and weights += weight.
void add_elected(std::span<const float> votes, std::span<const float> delta, float weight,
                 std::span<float> sum, std::span<float> weights);

}  // namespace tsugi::merge::steps
