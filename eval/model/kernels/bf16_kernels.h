// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Inner loops that multiply in bf16 and add in f32, for CPUs that have such instructions; one table for each
// instruction set.
//
// A number is a chain of steps in an order that depends on its own row alone. With AVX-512 BF16 a step
// multiplies two neighbouring values of a row by two of a column and adds both products to an f32 sum
// (VDPBF16PS: the second product first). With AMX it takes 32 of each: the products of even places are added
// up, those of odd places too, then both sums are added to the f32 sum (TDPBF16PS). Both round to nearest
// even and take denormal numbers for zeros. So the two differ in the last bits of f32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "eval/model/kernels/kernels.h"

namespace tsugi::eval::kernels {

/// Values that the longest step takes: rows of activations are filled up with zeros to a multiple of it.
inline constexpr std::size_t kBf16Step = 32;

/// y[rows, 16 panels] = x[rows, depth] * W^T, or += with `add`. Panels as in PanelProduct, in bf16.
struct Bf16Product {
  const std::uint16_t* x = nullptr;  ///< bf16; zeros behind each row up to a multiple of kBf16Step
  std::size_t x_stride = 0;          ///< elements from row to row, even
  std::size_t rows = 0;
  std::size_t depth = 0;
  const std::uint16_t* panels = nullptr;
  std::size_t panel_count = 0;
  const std::uint16_t* next = nullptr;  ///< panels that are multiplied after these: asked for; null for none
  float* y = nullptr;
  std::size_t y_stride = 0;  ///< at least 16 panel_count
  bool add = false;
  Upcoming* upcoming = nullptr;  ///< asked for meanwhile, except by AMX
};

/// All functions are noexcept, thread-safe, and need no alignment.
struct Bf16Kernels {
  const char* name;  ///< "AMX"
  /// Of a step with prompts: enough that a weight is multiplied for as long as the next one takes to come
  /// from memory, few enough that what stands between products stays in the second cache.
  std::size_t rows;
  /// Sequences of one thread that generates by itself; with fewer its time is that of reading weights, and
  /// threads do better to share them.
  std::size_t sequences;
  bool (*supported)();
  void (*multiply)(const Bf16Product&);
  /// Keys, values and `out` in bf16; queries and weights are rounded to it.
  void (*attend)(const Attention&);
  /// out = x in bf16, to nearest even; denormal numbers become zeros, NaN stay NaN.
  void (*round)(const float* x, std::size_t n, std::uint16_t* out);
  /// out = f(gate) * up, or f(gate) without `up`, rounded to bf16 from what is within 4e-6 of |x * up|.
  void (*activate)(Nonlinear f, const float* gate, const float* up, std::size_t n, std::uint16_t* out);
};

extern const Bf16Kernels kAmxBf16;
extern const Bf16Kernels kAvx512Bf16;

/// What this CPU can run, fastest first; empty without such instructions.
std::span<const Bf16Kernels* const> available_bf16();

/// What decoders use beside active(): null when the CPU has no such instructions, or when TSUGI_ISA asks for
/// less.
const Bf16Kernels* active_bf16();

/// Replaces the active table; not while anything is computed. For tests.
void activate_bf16(const Bf16Kernels* kernels);

}  // namespace tsugi::eval::kernels
