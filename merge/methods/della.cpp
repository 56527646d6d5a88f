// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// della: v_i = w_i r_i (m_i * (x_i - b)) with random masks m_i that rather keep the large elements of a row
// and, if `rescale`, r_i = sum|d_i| / sum|m_i * d_i| (else 1); at each element the sign of sum_i v_i is
// elected and only v_i of that sign are added, divided by the sum of their w_i if `normalize`; out = b +
// lambda mix. Any shape. Deep et al. 2024, arXiv 2406.11617.
#include "merge/methods/della.h"

namespace tsugi::merge {
namespace {

constexpr FamilyDefaults kDefaults{.consensus = Consensus::elected, .normalize = true, .rescale = true};

struct Della : Thinned<Della, DropSmallRather, kDefaults> {
  static constexpr std::string_view name = "della";
  static constexpr std::string_view title = "DELLA: drop small elements rather than large, elect sign, merge";
  static constexpr std::string_view formula =
      "b + lambda mean_i over elected signs of w_i rescale(random_mask_i * (x_i - b))";
  static constexpr std::string_view source = "arXiv 2406.11617";
  static constexpr Traits traits{.base = Base::required, .identity = true, .uses_seed = true};
};

}  // namespace

Method method_della() {
  return describe<Della>();
}

}  // namespace tsugi::merge
