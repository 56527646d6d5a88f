// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// breadcrumbs: out = b + lambda sum_i w_i band(x_i - b), band keeping the elements between the largest and
// the smallest magnitudes of the tensor and setting the others to 0; the sum divided by sum_i w_i if
// `normalize`; `rescale` first gives each band the L1 norm of its x_i - b. Any shape. Davari and Belilovsky
// 2023, arXiv 2312.06795.
#include "merge/methods/breadcrumbs.h"

namespace tsugi::merge {
namespace {

constexpr FamilyDefaults kDefaults{.consensus = Consensus::plain, .normalize = false, .rescale = false};

struct Breadcrumbs : Thinned<Breadcrumbs, DropBothEnds, kDefaults> {
  static constexpr std::string_view name = "breadcrumbs";
  static constexpr std::string_view title = "Model breadcrumbs: drop both ends, then add";
  static constexpr std::string_view formula = "b + lambda sum_i w_i band(x_i - b)";
  static constexpr std::string_view source = "arXiv 2312.06795";
  static constexpr Traits traits{.base = Base::required, .symmetric = true, .identity = true};
};

}  // namespace

Method method_breadcrumbs() {
  return describe<Breadcrumbs>();
}

}  // namespace tsugi::merge
