// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// dare_ties: as dare_linear, but at each element the sign of sum_i v_i, v_i = w_i r_i (m_i * (x_i - b)), is
// elected and only v_i of that sign are added, divided by the sum of their w_i if `normalize`, which is off
// by default, other than in ties. Any shape. Yu et al. 2023, arXiv 2311.03099, with the election of Yadav et
// al. 2023, arXiv 2306.01708.
#include "merge/methods/dare.h"

namespace tsugi::merge {
namespace {

constexpr FamilyDefaults kDefaults{.consensus = Consensus::elected, .normalize = false, .rescale = true};

struct DareTies : Thinned<DareTies, DropAtRandom, kDefaults> {
  static constexpr std::string_view name = "dare_ties";
  static constexpr std::string_view title = "DARE: drop at random and rescale, elect sign, add";
  static constexpr std::string_view formula =
      "b + lambda sum_i over elected signs of w_i rescale(random_mask_i * (x_i - b))";
  static constexpr std::string_view source = "arXiv 2311.03099";
  static constexpr Traits traits{.base = Base::required, .identity = true, .uses_seed = true};
};

}  // namespace

Method method_dare_ties() {
  return describe<DareTies>();
}

}  // namespace tsugi::merge
