// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The decoder's inner loops as a table of functions, one table for each instruction set. The loops are
// written once, in body/, over 16 lanes of f32; avx512.cpp, avx2.cpp and portable.cpp say what 16 lanes are
// and compile them.
//
// Every number of a result is one chain of operations in an order that depends on its own row alone, never on
// how many rows are computed together. Tables differ from each other in the last bits (fused multiply-add or
// not).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "eval/model/kernels/upcoming.h"

namespace tsugi::eval::kernels {

/// Lanes of f32 that the loops work on; also the columns of a panel of weights. One register of AVX-512, two
/// of AVX2.
inline constexpr std::size_t kLanes = 16;

constexpr std::size_t round_up(std::size_t n, std::size_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

/// y[rows, 16 panels] = x[rows, depth] * W^T, or += with `add` (the product is complete before it is added).
/// Panels follow each other. One is K-major: panel[k][16] in f32; in bf16 pairs of k share a 32-bit word,
/// panel[k / 2][16][k % 2], with zeros for the missing partner of an odd last k.
struct PanelProduct {
  const float* x = nullptr;
  std::size_t x_stride = 0;  ///< elements from row to row
  std::size_t rows = 0;
  std::size_t depth = 0;
  const void* panels = nullptr;  ///< float or std::uint16_t
  std::size_t panel_count = 0;
  float* y = nullptr;
  std::size_t y_stride = 0;  ///< at least 16 panel_count: whole panels are written
  bool add = false;
  Upcoming* upcoming = nullptr;  ///< asked for meanwhile
};

/// Positions of one block of a KV cache.
inline constexpr std::size_t kKvBlock = 32;

/// What one block holds of one key/value head, in elements: keys [2][head][16], positions side by side like
/// the columns of a panel of weights, then values [round_up(head, 16) / 16][32][16], elements side by side.
/// In bf16 pairs share a 32-bit word: keys [2][head / 2][16][2], values [...][16][16][2]; an odd head is
/// filled up with a zero.
constexpr std::size_t key_elements(std::size_t head) {
  return kKvBlock * round_up(head, 2);
}
constexpr std::size_t kv_elements(std::size_t head) {
  return key_elements(head) + kKvBlock * round_up(head, kLanes);
}

/// Rows that any attention kernel takes at once.
inline constexpr std::size_t kAttentionRows = 32;

/// Scores of a row of `capacity` positions, and a line more so that rows of a power of two do not all fall
/// into the same sets of a cache.
constexpr std::size_t attention_row(std::size_t capacity) {
  return round_up(capacity, kKvBlock) + kLanes;
}
/// Floats that attention needs for itself: scores, sums, queries, weights.
constexpr std::size_t attention_scratch(std::size_t head, std::size_t capacity) {
  return 2 * kAttentionRows * (attention_row(capacity) + round_up(head, 2 * kLanes) + kLanes);
}

/// What one tile of attention asks for ahead, when nothing else reads the keys and values.
struct Fetching {
  std::size_t chunks = 2;    ///< how far ahead, in keys or values of one head in one block
  std::size_t lines = 4096;  ///< of a chunk, from its start: the processor may follow by itself
};

/// Causal attention of consecutive positions of one sequence with grouped queries: query head i reads
/// key/value head i / (heads / kv_heads).
struct Attention {
  const float* q = nullptr;              ///< [rows, heads * head]
  const std::byte* blocks = nullptr;     ///< block 0 of the hop: [kv_heads][kv_elements]
  std::size_t block_bytes = 0;           ///< from block to block
  const std::uint32_t* table = nullptr;  ///< [positions / 32]: the sequence's blocks
  void* out = nullptr;                   ///< [rows, heads * head] in the type of keys and values
  float* scratch = nullptr;              ///< room for attention_scratch()
  std::size_t q_stride = 0;
  std::size_t out_stride = 0;
  std::size_t rows = 0;
  std::size_t first_position = 0;  ///< of row 0, which sees positions 0..first_position
  std::size_t heads = 0;
  std::size_t kv_heads = 0;
  std::size_t head = 0;
  std::size_t capacity = 0;  ///< positions that the scratch has room for
  float scale = 1;           ///< of q * k
  float cap = 0;           ///< scores become cap * tanh(score / cap); 0 for none (Gemma 2, arXiv 2408.00118)
  std::size_t window = 0;  ///< positions that a row sees, its own included; 0 for all
};

/// Of a multilayer perceptron. gelu_tanh is x * (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, quick_gelu
/// x / (1 + exp(-1.702 x)).
enum class Nonlinear : std::uint8_t { silu, gelu, gelu_tanh, quick_gelu, relu };

/// All functions are noexcept, thread-safe, and need no alignment.
struct Kernels {
  const char* name;  ///< "AVX2"
  bool (*supported)();
  void (*multiply_f32)(const PanelProduct&);
  void (*multiply_bf16)(const PanelProduct&);
  void (*attend)(const Attention&);  ///< all in f32
  /// out = x / sqrt(mean(x^2) + eps) * gain (Zhang & Sennrich 2019, equation 4).
  void (*rms_norm)(const float* x, const float* gain, std::size_t n, float eps, float* out);
  /// out = (x - mean) / sqrt(variance + eps) * gain + bias (Ba et al. 2016, equation 4); bias may be null.
  void (*layer_norm)(const float* x, const float* gain, const float* bias, std::size_t n, float eps,
                     float* out);
  /// out = f(gate) * up, or f(gate) without `up`. Errors of f stay within 4e-7 of |x|.
  void (*activate)(Nonlinear f, const float* gate, const float* up, std::size_t n, float* out);
  /// Rotates the pairs (i, i + rotary / 2) of each of `heads` heads in place; cosine and sine have rotary / 2
  /// elements. What stands behind `rotary` stays.
  void (*rotate)(float* x, std::size_t heads, std::size_t head, std::size_t rotary, const float* cosine,
                 const float* sine);
  void (*scale)(float* x, std::size_t n, float factor);
  /// y += factor * x.
  void (*add)(const float* x, std::size_t n, float factor, float* y);
  /// x = cap * tanh(x / cap) in place.
  void (*cap)(float* x, std::size_t n, float cap);
  /// out = exp(x). Within 2 units in the last place; 0 below -86.6 (e^-86.6 = 2.4e-38), infinity
  /// above 88.723.
  void (*exponential)(const float* x, std::size_t n, float* out);
  /// Largest of n > 0 values; NaN are passed over, -infinity when there is nothing else.
  float (*maximum)(const float* x, std::size_t n);
  /// ln(sum(exp(x))): exponentials in f32, summed in f32 over 256 values and in f64 beyond.
  double (*log_sum_exp)(const float* x, std::size_t n);
  /// 16 rows into a panel: panel[k * 16 + r] = rows[r * stride + k] for k < words. A panel that begins at a
  /// cache line may be written past the caches, where the instruction set can: other threads see it once this
  /// one has synchronised with them, as with any store.
  void (*interleave)(const std::uint32_t* rows, std::size_t stride, std::size_t words, std::uint32_t* panel,
                     bool past_caches);
};

extern const Kernels kAvx512;
extern const Kernels kAvx2;
extern const Kernels kPortable;

/// What this CPU can run, fastest first; never empty.
std::span<const Kernels* const> available();

/// What decoders use: the fastest, or what the environment variable TSUGI_ISA names (amx, avx512_bf16,
/// avx512, avx2, portable; the first two say how bf16 is multiplied, the others multiply in f32), so that a
/// run can be repeated to the bit on a CPU that can do more. Throws InputError for a name this CPU cannot
/// run.
const Kernels& active();

/// Replaces the active table, and that of bf16_kernels.h by the fastest that goes with it; not while anything
/// is computed. For tests.
void activate(const Kernels& kernels);

}  // namespace tsugi::eval::kernels
