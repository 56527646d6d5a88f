// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Products through oneDNN, for CPUs that multiply in bf16. All of oneDNN that the program sees is here.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "eval/model/packed_matrix.h"
#include "recipes/dtype.h"

namespace tsugi::eval {

/// Whether oneDNN has bf16 instructions on this CPU (AVX-512 BF16 or AMX).
bool onednn_has_bf16();
/// Whether it has those of AMX.
bool onednn_has_amx();
/// "2.6.3"
std::string onednn_version();

/// y[rows, out] = x[rows, in] * W^T for row-major weights [out, in]. Immutable; many threads may use one.
///
/// The primitive is built once, for kRows rows: every call runs it on chunks of exactly that many, the last
/// filled up with zeros, because oneDNN may order its sums by the number of rows and a row must not depend on
/// its company.
class OneDnnProduct {
 public:
  /// Two blocks of AMX's 16 rows by two; below, weights are read more often than the registers need.
  static constexpr std::size_t kRows = 64;

  /// `type` is that of weights and rounded activations: BF16, or F32, which runs anywhere. Sums and outputs
  /// are f32. Throws Error when this CPU cannot.
  OneDnnProduct(std::size_t out, std::size_t in, DType type);
  ~OneDnnProduct();
  OneDnnProduct(const OneDnnProduct&) = delete;
  OneDnnProduct& operator=(const OneDnnProduct&) = delete;

  /// Calls one OpenMP thread: merge::ThreadPool sets that for its threads.
  void multiply(const Activations& x, const void* weights, const Activations& y, bool add,
                ProductScratch& scratch) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tsugi::eval
