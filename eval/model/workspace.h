// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Memory that decoders work in, kept from call to call and from candidate to candidate: touching fresh pages
// costs as much as a twentieth of the scoring.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "eval/model/aligned_buffer.h"
#include "eval/model/packed_matrix.h"

namespace tsugi::eval {

/// Of one thread. Buffers grow to the largest size that was asked for; what they hold from earlier means
/// nothing.
struct Workspace {
  AlignedBuffer<float> activations;
  AlignedBuffer<float> feed_forward;
  AlignedBuffer<float> attention;
  AlignedBuffer<std::byte> kv;
  ProductScratch products;
};

/// At least `size` elements.
template <class T>
T* room_for(std::size_t size, AlignedBuffer<T>& buffer) {
  if (buffer.size() < size) {
    buffer = AlignedBuffer<T>();  // never both
    buffer = AlignedBuffer<T>(size);
  }
  return buffer.data();
}

/// Workspaces that nobody uses now. Thread-safe; must outlive what it lends.
class Workspaces {
 public:
  struct GiveBack {
    Workspaces* owner;
    void operator()(Workspace* workspace) const;
  };
  using Lease = std::unique_ptr<Workspace, GiveBack>;

  /// The one that was used last, or a new one.
  Lease take();

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> idle_;
};

}  // namespace tsugi::eval
