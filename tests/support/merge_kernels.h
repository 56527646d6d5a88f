// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Merges by each table of kernels that this processor has.
#pragma once

#include <gtest/gtest.h>

#include "merge/kernels/kernels.h"

namespace tsugi::tests {

/// Makes one table active, or none, and puts back what was.
class ActiveKernels {
 public:
  explicit ActiveKernels(const merge::kernels::InstructionSet* now)
      : before_(merge::kernels::active()),
        trace_(__FILE__, __LINE__, now == nullptr ? "no kernels" : now->name.data()) {
    merge::kernels::activate(now);
  }
  ~ActiveKernels() { merge::kernels::activate(before_); }
  ActiveKernels(const ActiveKernels&) = delete;
  ActiveKernels& operator=(const ActiveKernels&) = delete;

 private:
  const merge::kernels::InstructionSet* before_;
  testing::ScopedTrace trace_;  // names it where an expectation fails
};

/// Calls with each table active in turn, and with none.
template <class Body>
void with_all_kernels(const Body& body) {
  for (const merge::kernels::InstructionSet* const each : merge::kernels::available()) {
    const ActiveKernels active(each);
    body();
  }
  const ActiveKernels none(nullptr);
  body();
}

}  // namespace tsugi::tests
