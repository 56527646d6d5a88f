// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How much one thread works on at once. Results never depend on it; speed and memory do.
#pragma once

#include <cstddef>

#include "eval/model/shape.h"

namespace tsugi::eval {

struct Batching {
  std::size_t sequences = 0;  ///< under way at once, each with a cell in the KV cache
  std::size_t rows = 0;       ///< tokens that go through the layers together
  std::size_t capacity = 0;   ///< positions of a sequence in the KV cache, a multiple of 16
};

/// For requests of which the longest has `longest` positions, `share` of them for one thread.
Batching plan_batching(const ModelShape& shape, std::size_t hops, std::size_t longest, std::size_t share);

/// Requests that a thread takes on at once when `requests` are spread over threads.
std::size_t share_of_thread(std::size_t requests);

}  // namespace tsugi::eval
