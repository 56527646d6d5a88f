// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How many candidates are merged and scored at once, and with how many cores each. Changes no bit of any
// result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tsugi::evolve {

/// What one search needs, in bytes.
struct Demand {
  std::uint64_t arena = 0;      ///< resident weights of one candidate
  std::uint64_t workspace = 0;  ///< working memory of one thread that scores
  std::uint64_t mapped = 0;     ///< mapped inputs, shared by all candidates
  std::uint64_t exports = 0;    ///< models in memory-backed storage, for programs of the user's
  std::size_t candidates = 1;   ///< in a generation
};

struct Capacity {
  std::size_t threads = 1;
  std::uint64_t memory = 0;  ///< bytes this process may use
  bool limited = false;      ///< the user said so (--max-memory); otherwise what the machine has free
};

struct Division {
  std::size_t lanes = 1;  ///< candidates at once, each with an arena of its own
  std::size_t cores_each = 1;
  std::string text;  ///< one sentence for people
};

/// As many lanes as threads, candidates and memory allow: small models get one core each, a model whose arena
/// fits only once gets all cores. Throws InputError when a limit given by the user holds not even one
/// candidate.
Division divide_resources(const Demand& demand, const Capacity& capacity);

/// Memory this machine can still give, from /proc/meminfo.
std::uint64_t available_memory();

}  // namespace tsugi::evolve
