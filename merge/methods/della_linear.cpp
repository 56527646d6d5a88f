// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// della_linear: out = b + lambda sum_i w_i r_i (m_i * (x_i - b)) with random masks m_i that rather keep the
// large elements of a row and, if `rescale`, r_i = sum|d_i| / sum|m_i * d_i| (else 1); the sum divided by
// sum_i w_i if `normalize`. Any shape. Deep et al. 2024, arXiv 2406.11617, without the election of signs.
#include "merge/methods/della.h"

namespace tsugi::merge {
namespace {

constexpr FamilyDefaults kDefaults{.consensus = Consensus::plain, .normalize = false, .rescale = true};

struct DellaLinear : Thinned<DellaLinear, DropSmallRather, kDefaults> {
  static constexpr std::string_view name = "della_linear";
  static constexpr std::string_view title = "DELLA: drop small elements rather than large, then add";
  static constexpr std::string_view formula = "b + lambda sum_i w_i rescale(random_mask_i * (x_i - b))";
  static constexpr std::string_view source = "arXiv 2406.11617";
  static constexpr Traits traits{.base = Base::required, .identity = true, .uses_seed = true};
};

}  // namespace

Method method_della_linear() {
  return describe<DellaLinear>();
}

}  // namespace tsugi::merge
