// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/kernels/kernels.h"

#include <atomic>
#include <vector>

namespace tsugi::merge::kernels {
namespace {

std::atomic<const InstructionSet*>& current() {
  static std::atomic<const InstructionSet*> chosen = available().empty() ? nullptr : available().front();
  return chosen;
}

}  // namespace

std::span<const InstructionSet* const> available() {
  static const std::vector<const InstructionSet*> sets = [] {
    std::vector<const InstructionSet*> all;
#if defined(__x86_64__) && defined(__GNUC__)
    for (const InstructionSet* const one : {&kAvx512, &kAvx2}) {
      if (one->supported()) all.push_back(one);
    }
#endif
    return all;
  }();
  return sets;
}

const InstructionSet* active() {
  return current().load(std::memory_order_relaxed);
}

const Kernels* active(DType type) {
  const InstructionSet* const set = active();
  if (set == nullptr) return nullptr;
  if (type == DType::BF16) return &set->bf16;
  return type == DType::F16 ? &set->f16 : nullptr;
}

void activate(const InstructionSet* set) {
  current().store(set, std::memory_order_relaxed);
}

}  // namespace tsugi::merge::kernels
