// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/kernels/kernels.h"

#include <atomic>
#include <cstdlib>
#include <string>
#include <vector>

#include "recipes/error.h"

namespace tsugi::eval::kernels {
namespace {

struct Named {
  std::string id;  // in TSUGI_ISA
  const Kernels* kernels;
};

std::vector<Named> all() {
  return {{"avx512", &kAvx512}, {"avx2", &kAvx2}, {"portable", &kPortable}};
}

std::vector<const Kernels*> supported() {
  std::vector<const Kernels*> result;
  for (const Named& entry : all()) {
    if (entry.kernels->supported()) result.push_back(entry.kernels);
  }
  return result;
}

const Kernels* choose() {
  const char* wanted = std::getenv("TSUGI_ISA");
  if (wanted == nullptr || *wanted == '\0') return available().front();
  std::vector<std::string> ids;
  for (const Named& entry : all()) {
    if (!entry.kernels->supported()) continue;
    if (entry.id == wanted) return entry.kernels;
    ids.push_back(entry.id);
  }
  throw InputError("TSUGI_ISA", "this CPU has no instruction set '" + std::string(wanted) + "'",
                   suggestion(wanted, ids));
}

std::atomic<const Kernels*>& current() {
  static std::atomic<const Kernels*> chosen = choose();
  return chosen;
}

}  // namespace

std::span<const Kernels* const> available() {
  static const std::vector<const Kernels*> tables = supported();
  return tables;
}

const Kernels& active() {
  return *current().load(std::memory_order_relaxed);
}

void activate(const Kernels& kernels) {
  current().store(&kernels, std::memory_order_relaxed);
}

}  // namespace tsugi::eval::kernels
