// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/kernels/kernels.h"

#include <atomic>
#include <cstdlib>
#include <string>
#include <vector>

#include "eval/model/kernels/bf16_kernels.h"
#include "recipes/error.h"

namespace tsugi::eval::kernels {
namespace {

// A complete arithmetic: one for f32 and, where there is one, one for bf16.
struct InstructionSet {
  std::string id;  // in TSUGI_ISA
  const Kernels* kernels;
  const Bf16Kernels* bf16;

  bool supported() const { return kernels->supported() && (bf16 == nullptr || bf16->supported()); }
};

// Those that this CPU can run, fastest first.
std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> all = {{"amx", &kAvx512, &kAmxBf16},
                                     {"avx512_bf16", &kAvx512, &kAvx512Bf16},
                                     {"avx512", &kAvx512, nullptr},
                                     {"avx2", &kAvx2, nullptr},
                                     {"portable", &kPortable, nullptr}};
  std::erase_if(all, [](const InstructionSet& one) { return !one.supported(); });
  return all;
}

InstructionSet choose() {
  const std::vector<InstructionSet> all = instruction_sets();
  const char* wanted = std::getenv("TSUGI_ISA");
  if (wanted == nullptr || *wanted == '\0') return all.front();
  std::vector<std::string> ids;
  for (const InstructionSet& one : all) {
    if (one.id == wanted) return one;
    ids.push_back(one.id);
  }
  throw InputError("TSUGI_ISA", "this CPU has no instruction set '" + std::string(wanted) + "'",
                   suggestion(wanted, ids));
}

struct Current {
  explicit Current(const InstructionSet& chosen) : kernels(chosen.kernels), bf16(chosen.bf16) {}
  std::atomic<const Kernels*> kernels;
  std::atomic<const Bf16Kernels*> bf16;
};

Current& current() {
  static Current chosen(choose());
  return chosen;
}

}  // namespace

std::span<const Kernels* const> available() {
  static const std::vector<const Kernels*> tables = [] {
    std::vector<const Kernels*> result;
    for (const InstructionSet& one : instruction_sets()) {
      if (one.bf16 == nullptr) result.push_back(one.kernels);
    }
    return result;
  }();
  return tables;
}

std::span<const Bf16Kernels* const> available_bf16() {
  static const std::vector<const Bf16Kernels*> tables = [] {
    std::vector<const Bf16Kernels*> result;
    for (const InstructionSet& one : instruction_sets()) {
      if (one.bf16 != nullptr) result.push_back(one.bf16);
    }
    return result;
  }();
  return tables;
}

const Kernels& active() {
  return *current().kernels.load(std::memory_order_relaxed);
}

const Bf16Kernels* active_bf16() {
  return current().bf16.load(std::memory_order_relaxed);
}

void activate(const Kernels& kernels) {
  current().kernels.store(&kernels, std::memory_order_relaxed);
  const bool wide = &kernels == &kAvx512 && !available_bf16().empty();
  activate_bf16(wide ? available_bf16().front() : nullptr);
}

void activate_bf16(const Bf16Kernels* kernels) {
  current().bf16.store(kernels, std::memory_order_relaxed);
}

}  // namespace tsugi::eval::kernels
