// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/kernels/kernels.h"

#include <atomic>
#include <vector>

namespace tsugi::merge::kernels {
namespace {

std::atomic<const Kernels*>& current() {
  static std::atomic<const Kernels*> chosen = available().empty() ? nullptr : available().front();
  return chosen;
}

}  // namespace

std::span<const Kernels* const> available() {
  static const std::vector<const Kernels*> tables = [] {
    std::vector<const Kernels*> all;
#if defined(__x86_64__) && defined(__GNUC__)
    for (const Kernels* const one : {&kAvx512, &kAvx2}) {
      if (one->supported()) all.push_back(one);
    }
#endif
    return all;
  }();
  return tables;
}

const Kernels* active() {
  return current().load(std::memory_order_relaxed);
}

void activate(const Kernels* kernels) {
  current().store(kernels, std::memory_order_relaxed);
}

}  // namespace tsugi::merge::kernels
