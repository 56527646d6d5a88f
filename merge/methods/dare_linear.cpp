// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// dare_linear: out = b + lambda sum_i w_i r_i (m_i * (x_i - b)) with random masks m_i that keep the share
// `density` of the elements and, if `rescale`, r_i = sum|d_i| / sum|m_i * d_i| (else 1); the sum divided by
// sum_i w_i if `normalize`. Any shape. Yu et al. 2023, arXiv 2311.03099, which has r_i = 1/density.
#include "merge/methods/dare.h"

namespace tsugi::merge {
namespace {

constexpr FamilyDefaults kDefaults{.consensus = Consensus::plain, .normalize = false, .rescale = true};

struct DareLinear : Thinned<DareLinear, DropAtRandom, kDefaults> {
  static constexpr std::string_view name = "dare_linear";
  static constexpr std::string_view title = "DARE: drop at random and rescale, then add";
  static constexpr std::string_view formula = "b + lambda sum_i w_i rescale(random_mask_i * (x_i - b))";
  static constexpr std::string_view source = "arXiv 2311.03099";
  static constexpr Traits traits{.base = Base::required, .identity = true, .uses_seed = true};
};

}  // namespace

Method method_dare_linear() {
  return describe<DareLinear>();
}

}  // namespace tsugi::merge
