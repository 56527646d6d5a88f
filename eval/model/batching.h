// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How much one thread, or a team of them, works on at once. Results never depend on it; speed and memory do.
#pragma once

#include <cstddef>

#include "eval/model/kv_cache.h"
#include "eval/model/shape.h"

namespace tsugi::eval {

struct Batching {
  KvRoom room;           ///< sequences under way at once, and what they may be long together
  std::size_t rows = 0;  ///< tokens that go through the layers together
};

/// For requests of which the longest has `longest` positions, `share` of them for one thread or one team.
/// `element` is that of keys and values.
Batching plan_batching(const ModelShape& shape, std::size_t hops, DType element, std::size_t longest,
                       std::size_t share);

/// Threads that generate together: all of them where each would read all weights for few sequences, else 1.
std::size_t decoding_team(const ModelShape& shape, DType element, std::size_t requests, std::size_t threads);

/// Requests that a thread takes on at once when `requests` are spread over `threads`.
std::size_t share_of_thread(std::size_t requests, std::size_t threads);

}  // namespace tsugi::eval
