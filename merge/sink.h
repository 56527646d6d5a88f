// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Where merged tensors go: a file writer here, the decoder's resident weights in eval/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "merge/checkpoint/tensor.h"

namespace tsugi::merge {

/// A tensor of the output.
struct OutputTensor {
  std::size_t index = 0;  ///< position in the plan
  std::string name;
  Shape shape;
  DType dtype = DType::F32;  ///< type it is stored in: out_dtype
  /// Equal fingerprints mean equal values: method, resolved parameters, inputs, types and seed are in it.
  std::uint64_t fingerprint = 0;

  /// Elements of one row, the last axis; a vector or a scalar is one row.
  std::size_t row_length() const;
  std::size_t rows() const;
};

/// Receives tensors in blocks of whole rows, already rounded to the tensor's dtype, each value once: the
/// model that was scored is the model that is exported.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Called once a tensor, before its blocks, from one thread. False: the sink already holds it; no blocks
  /// will follow.
  virtual bool wants(const OutputTensor& tensor) = 0;

  /// Where rows [row_begin, row_begin + rows) of a wanted tensor lie, if the sink keeps them row-major in the
  /// tensor's dtype: they are then written there, and write() is not called for them. Called from many
  /// threads, for disjoint rows.
  virtual std::span<std::byte> place(const OutputTensor& /*tensor*/, std::size_t /*row_begin*/,
                                     std::size_t /*rows*/) {
    return {};
  }

  /// Rows from `row_begin` on of a wanted tensor, row-major in its dtype, at a place aligned for it. Called
  /// from many threads, for disjoint rows. Returns how many finite values are infinite as the sink keeps
  /// them.
  virtual std::size_t write(const OutputTensor& tensor, std::size_t row_begin,
                            std::span<const std::byte> stored) = 0;

  /// A wanted tensor as stored, for types that are never computed with. Called instead of write().
  virtual void write_bytes(const OutputTensor& tensor, std::span<const std::byte> bytes) = 0;

  /// Called once a wanted tensor after its last block, from one thread.
  virtual void done(const OutputTensor& tensor) = 0;

  /// A sink's own work on tensors that are done, called now and then beside the writing of later ones, from
  /// any thread but one at a time.
  virtual void beside() {}
};

}  // namespace tsugi::merge
