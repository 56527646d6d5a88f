// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What is done to an answer before it is compared: the filters of lm-evaluation-harness, one row of
// filters.cpp each.
#pragma once

#include <string>
#include <vector>

#include "eval/tasks/filter_steps.h"
#include "eval/tasks/task.h"

namespace tsugi::eval {

/// A pipeline ready to run; patterns are compiled. Immutable; safe to use from any thread.
///
/// The harness gives every filter a list of responses, here always of one.
class FilterChain {
 public:
  /// Throws InputError at the step for an unknown filter or argument, or a broken pattern.
  explicit FilterChain(const FilterPipeline& pipeline);

  /// The filtered response to a document. Throws InputError when a pattern gives up (python_regex.h), and for
  /// a document without the choices that multi_choice_regex looks for.
  std::string apply(const std::string& response, const python::Json& doc) const;

  /// A pipeline without take_first leaves the list. The harness's metrics compare it element by element,
  /// which is the same as its one element for references that are text (exact_match.cpp).
  bool leaves_list() const { return leaves_list_; }

 private:
  bool leaves_list_ = true;
  std::vector<ResponseFilter> steps_;
};

}  // namespace tsugi::eval
