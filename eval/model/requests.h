// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What generation and likelihoods share: checks of requests, and how threads draw work from one queue.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "eval/model/shape.h"
#include "eval/tokenizer/tokenizer.h"
#include "merge/parallel.h"

namespace tsugi::eval {

/// Throws InputError at `where` when there is no token or one is outside the vocabulary.
void check_tokens(std::span<const TokenId> tokens, const ModelShape& shape, const std::string& where);

/// Hands out 0, 1, … to threads. Which thread works on a request changes no bit of its result.
class WorkQueue {
 public:
  explicit WorkQueue(std::size_t count) : count_(count) {}

  /// False when nothing is left.
  bool take(std::size_t& next) {
    next = next_.fetch_add(1, std::memory_order_relaxed);
    return next < count_;
  }
  bool empty() const { return next_.load(std::memory_order_relaxed) >= count_; }

 private:
  std::size_t count_;
  std::atomic<std::size_t> next_ = 0;
};

/// One thread's hand in the queue: it looks at the next piece of work before it takes it on.
class Draw {
 public:
  explicit Draw(WorkQueue& queue) : queue_(queue) {}

  /// False when nothing is left.
  bool look() {
    if (!held_) held_ = queue_.take(next_);
    return held_;
  }
  std::size_t next() const { return next_; }
  void pop() { held_ = false; }

 private:
  WorkQueue& queue_;
  std::size_t next_ = 0;
  bool held_ = false;
};

/// Calls work(queue, share) until `count` requests are taken: once when serial, else once for each share of
/// requests; a thread that comes late finds the queue empty and is not called.
void drain(std::size_t count, merge::Concurrency concurrency,
           const std::function<void(WorkQueue& queue, std::size_t share)>& work);

}  // namespace tsugi::eval
