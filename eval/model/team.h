// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Threads that carry one step's rows through the layers together. Each reads its part of every weight, where
// threads with sequences of their own read all of them: decoding a large model is bound by that.
//
// A step has some 200 pieces of shared work, of 20 to 200 us each: one thread leads, the others watch a word
// for as long as it does. By parallel_for a step of SmolLM2-135M took 1 ms of 38 longer on two cores.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <vector>

#include "eval/model/packed_matrix.h"

namespace tsugi::eval {

/// Results never depend on its size, nor on who helps: a row's numbers are made by whoever, from that row
/// alone. All functions are the leader's.
class Team {
 public:
  /// 1: the calling thread alone.
  explicit Team(std::size_t members) : members_(std::min<std::size_t>(members, UINT16_MAX)) {}

  std::size_t members() const { return members_; }

  /// Runs `body` on the calling thread. As many other threads of the surrounding pool as are idle help with
  /// what it shares meanwhile; none has to. Exceptions pass through.
  void lead(const std::function<void()>& body);

  /// Calls f(member, begin, end) with even stretches of [0, n), none shorter than `least` unless it is all,
  /// and waits. No two calls at a time have the same member. What f throws passes through.
  template <class F>
  void share(std::size_t n, std::size_t least, const F& f) {
    if (n == 0) return;
    if (!cut_evenly(n, least)) return f(0, 0, n);
    share_stretches(std::cref(f));
  }

  /// The same for things of unequal cost: stretches of about equal sums.
  template <class F>
  void share(std::span<const std::size_t> costs, const F& f) {
    if (costs.empty()) return;
    if (!cut_by_cost(costs)) return f(0, 0, costs.size());
    share_stretches(std::cref(f));
  }

  /// Calls f(row) for rows of `width` elements, which are shared where that is worth it.
  template <class F>
  void each_row(std::size_t rows, std::size_t width, const F& f) {
    constexpr std::size_t kElements = 4096;  // some 1 us of a norm
    share(rows, kElements / std::max<std::size_t>(1, width) + 1,
          [&](std::size_t, std::size_t begin, std::size_t end) {
            for (std::size_t r = begin; r < end; ++r) f(r);
          });
  }

  /// matrix.multiply(), panels shared. A team of one asks for what is upcoming; `next` are the panels of the
  /// product that follows.
  void multiply(const PackedMatrix& matrix, const Operands& x, const Activations& y, bool add,
                ProductScratch& scratch, const void* next = nullptr);

 private:
  using Part = std::function<void(std::size_t member, std::size_t begin, std::size_t end)>;
  /// Fills bounds_. False when all is one stretch, which the leader works on by itself.
  bool cut_evenly(std::size_t n, std::size_t least);
  bool cut_by_cost(std::span<const std::size_t> costs);
  void share_stretches(const Part& f);
  void help(std::size_t member);
  bool take_one(std::size_t member);

  std::size_t members_;
  // What is shared now: stretch i is [bounds_[i], bounds_[i + 1]). They change only while no stretch is out.
  std::vector<std::size_t> bounds_;
  std::atomic<const Part*> part_ = nullptr;
  std::atomic<std::size_t> done_ = 0;
  // 32 bits number the job, 16 are how many stretches it has, and 16 the next that nobody has taken: one
  // word, so that who comes late takes nothing of another job.
  std::atomic<std::uint64_t> next_ = 0;
  std::atomic<bool> over_ = false;
  std::atomic<bool> failed_ = false;
  std::exception_ptr failure_;  // of the first that sets failed_
};

}  // namespace tsugi::eval
