// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The reference of bleu, chrf and ter.
#pragma once

#include <fmt/format.h>

#include "eval/metrics/metric.h"
#include "eval/template/python_value.h"

namespace tsugi::eval {

/// The harness breaks off over several right answers, and where a pipeline without take_first leaves the
/// reference as it is, over what is no text. Throws InputError.
inline const std::string& reference_text(const MetricSpec& spec, const Item& item, const Answer& answer) {
  if (item.several_targets) {
    throw InputError(item.place, fmt::format("{} of several right answers", spec.metric),
                     "give one, or use exact_match");
  }
  if (answer.is_list && item.choices.empty() && !item.reference.is_string()) {
    throw InputError(
        item.place,
        fmt::format("doc_to_target gives {}, and {} wants text", python::repr(item.reference), spec.metric),
        "end the filters with take_first");
  }
  return item.target;
}

}  // namespace tsugi::eval
