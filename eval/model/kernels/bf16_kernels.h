// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Inner loops that multiply in bf16 and add in f32, for CPUs that have such instructions outside of AMX.
//
// One step multiplies two neighbouring values of a row by two of a column and adds both products to an f32
// sum (VDPBF16PS: the second product first, each rounded to nearest even, denormal numbers taken for zeros).
// Sums are chains of such steps in an order that depends on the row alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "eval/model/kernels/kernels.h"

namespace tsugi::eval::kernels {

/// y[rows, 16 panels] = x[rows, depth] * W^T, or += with `add`. Panels as in PanelProduct, in bf16.
struct Bf16Product {
  const std::uint16_t* x = nullptr;  ///< bf16; an odd depth's last value has a zero behind it
  std::size_t x_stride = 0;          ///< elements from row to row, even
  std::size_t rows = 0;
  std::size_t depth = 0;
  const std::uint16_t* panels = nullptr;
  std::size_t panel_count = 0;
  float* y = nullptr;
  std::size_t y_stride = 0;  ///< at least 16 panel_count
  bool add = false;
};

/// All functions are noexcept, thread-safe, and need no alignment.
struct Bf16Kernels {
  void (*multiply)(const Bf16Product&);
  void (*attend)(const Attention&);  ///< keys and values in bf16; queries and weights are rounded to it
  /// out = x in bf16, to nearest even; denormal numbers become zeros, NaN stay NaN.
  void (*round)(const float* x, std::size_t n, std::uint16_t* out);
};

/// What decoders use beside active(): null when the CPU has no such instructions, or when TSUGI_ISA asks for
/// less.
const Bf16Kernels* active_bf16();

}  // namespace tsugi::eval::kernels
