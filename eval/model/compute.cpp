// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gnu/libc-version.h>

#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/kernels/kernels.h"
#include "eval/model/kernels/onednn_product.h"
#include "eval/model/weights.h"

namespace tsugi::eval {

Compute choose_compute(DType wanted) {
  // TSUGI_ISA asks for the numbers of a lesser CPU, which has no bf16 instructions.
  return wanted == DType::BF16 && kernels::active_bf16() != nullptr ? Compute::bf16 : Compute::f32;
}

DType kv_element(Compute compute) {
  return compute == Compute::bf16 ? DType::BF16 : DType::F32;
}

std::string describe_compute(Compute compute, DType weights) {
  const bool halves = weights == DType::BF16;
  if (compute == Compute::bf16)
    return fmt::format("bf16 arithmetic ({}) on bf16 weights", kernels::active_bf16()->name);
  return fmt::format("f32 arithmetic ({}) on {} weights", kernels::active().name, halves ? "bf16" : "f32");
}

std::string describe_instruction_set() {
  const bool halves = choose_compute(DType::BF16) == Compute::bf16;
  return fmt::format("{}{}", kernels::active().name,
                     halves ? fmt::format(", bf16 products on {}", kernels::active_bf16()->name) : "");
}

std::string arithmetic_libraries() {
  return fmt::format("oneDNN {}, glibc {}", onednn_version(), gnu_get_libc_version());
}

}  // namespace tsugi::eval
