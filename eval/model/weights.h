// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The arena: one model's weights resident in the layout that the kernels read, written in place by a merge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "eval/model/resident_layer.h"
#include "eval/model/shape.h"
#include "merge/sink.h"
#include "recipes/architecture.h"

namespace tsugi::eval {

/// Arithmetic of the matrix products. Both accumulate in f32.
enum class Compute {
  f32,   ///< activations in f32; weights in f32, or in bf16 widened on the fly (exact)
  bf16,  ///< activations rounded to bf16 before each product; needs a CPU with bf16 instructions
};

/// What this CPU does for a wanted type: f32 for float32; for bfloat16 bf16 where the CPU has it, else f32.
/// Printed by every command that scores.
Compute choose_compute(DType wanted);
/// Type of keys and values in the KV cache.
DType kv_element(Compute compute);
/// "f32 arithmetic (AVX2) on bf16 weights"
std::string describe_compute(Compute compute, DType weights);
/// Every instruction set that scores on this CPU depend on: "AVX-512", "AVX-512, bf16 products on AMX".
std::string describe_instruction_set();
/// Versions of the libraries that compute: "oneDNN 2.6.3, glibc 2.36".
std::string arithmetic_libraries();

/// Sink for one model. Merging into it from several threads is safe; scoring must wait until the merge is
/// done.
class ResidentWeights : public merge::Sink {
 public:
  /// `storage` is the type weights are kept in (F32 or BF16); a tensor's own out_dtype is rounded to first. A
  /// checkpoint in F16 is kept as F32. The architecture must outlive this.
  ResidentWeights(const recipes::Architecture& architecture, const ModelShape& shape, DType storage,
                  Compute compute);
  ~ResidentWeights() override;

  bool wants(const merge::OutputTensor& tensor) override;
  std::span<std::byte> place(const merge::OutputTensor& tensor, std::size_t row_begin,
                             std::size_t rows) override;
  std::size_t write(const merge::OutputTensor& tensor, std::size_t row_begin,
                    std::span<const std::byte> stored) override;
  void write_bytes(const merge::OutputTensor& tensor, std::span<const std::byte> bytes) override;
  void done(const merge::OutputTensor& tensor) override;

  /// Throws Error naming the first tensor that was never written.
  void check_complete() const;
  /// Makes this the weights of a model of that shape, where only the number of layers differs, and which of
  /// them have experts is as it was: what is held stays held, further layers are made the first time that
  /// they are asked for. False, and nothing changed, where another arena is needed. Throws what the
  /// constructor throws.
  bool fit(const ModelShape& shape);
  /// Forgets what is held, so that the next merge writes everything; called after a failed merge.
  void forget();

  const ModelShape& shape() const;
  Compute compute() const;
  DType storage() const;
  const ResidentLayer& layer(std::size_t slot) const;
  const PackedMatrix& head() const;  ///< [vocabulary, hidden]; the embedding when tied
  const NormWeights& final_norm() const;
  /// Row `token` of the embedding, scaled as the family does, plus row `position` of learned positions: out
  /// has `hidden` elements.
  void embed(std::size_t token, std::size_t position, std::span<float> out) const;

  std::size_t bytes()
      const;  ///< resident memory of the matrices; all vectors together are a thousandth of it
  /// The same for a model not yet built, for the planner of memory.
  static std::size_t bytes(const ModelShape& shape, DType storage);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsugi::eval
