// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// breadcrumbs_ties: as breadcrumbs, but at each element the sign of sum_i v_i, v_i = w_i band(x_i - b), is
// elected and only v_i of that sign are added, divided by the sum of their w_i if `normalize`, which is off
// by default, other than in ties. Any shape. Davari and Belilovsky 2023, arXiv 2312.06795, with the election
// of Yadav et al. 2023, arXiv 2306.01708.
#include "merge/methods/breadcrumbs.h"

namespace tsugi::merge {
namespace {

constexpr FamilyDefaults kDefaults{.consensus = Consensus::elected, .normalize = false, .rescale = false};

struct BreadcrumbsTies : Thinned<BreadcrumbsTies, DropBothEnds, kDefaults> {
  static constexpr std::string_view name = "breadcrumbs_ties";
  static constexpr std::string_view title = "Model breadcrumbs: drop both ends, elect sign, add";
  static constexpr std::string_view formula = "b + lambda sum_i over elected signs of w_i band(x_i - b)";
  static constexpr std::string_view source = "arXiv 2312.06795";
  static constexpr Traits traits{.base = Base::required, .symmetric = true, .identity = true};
};

}  // namespace

Method method_breadcrumbs_ties() {
  return describe<BreadcrumbsTies>();
}

}  // namespace tsugi::merge
