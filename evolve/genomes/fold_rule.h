// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How factors between the layers of a path become factors on plain weights.
//
// In a path, what enters hop t is first multiplied by s_t. With c_t = s_1 ... s_t the hidden state behind hop
// t is c_t times that of a plain stack in which every branch of hop t adds 1/c_t of what it adds in the path:
// norms in front of branches, and the final norm, do not see a positive factor on what they read (but for
// their epsilon), so nothing else changes (specification of layer space; checked against the decoder's own
// paths in a test).
#pragma once

#include <string>
#include <vector>

#include "recipes/architecture.h"

namespace tsugi::evolve {

/// Parts of tensor names, each for tensors of a layer and no others: filters of a recipe.
struct FoldRule {
  /// What a branch ends with: output projections with their biases, or the gain behind them where the family
  /// norms what a branch adds. Divided by c_t.
  std::vector<std::string> divided;
  /// What a branch begins with where the family has no norm in front of it (OLMo 2). Multiplied by c_t.
  std::vector<std::string> multiplied;
  /// Why the family cannot do it, or "". No factor on a gain stored as 1 + w divides it (Gemma 2 and 3).
  std::string impossible;
};

FoldRule fold_rule(const recipes::Architecture& architecture);

}  // namespace tsugi::evolve
