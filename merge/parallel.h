// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The program's only thread pool. Everything parallel goes through here, so that one place decides how many
// threads there are and that OpenMP inside libraries never adds its own.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace tsugi::merge {

/// Cores that this process may use, at least 1.
std::size_t available_cores();

/// Owns the worker threads. At most one exists at a time; the calling thread is one of `threads`.
class ThreadPool {
 public:
  /// threads >= 1; 0 means one for each core this process may use.
  explicit ThreadPool(std::size_t threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  std::size_t threads() const { return threads_; }

  /// Runs `work` on a thread of the pool and waits for it; exceptions pass through. parallel_for inside uses
  /// the pool.
  void run(const std::function<void()>& work);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::size_t threads_;
};

/// Threads of the surrounding pool; 1 outside of one.
std::size_t pool_threads();

/// Calls body(i) once for each i in [0, count), in any order, on the threads of the surrounding pool, and
/// waits. The first exception by time of throwing is rethrown; results must depend on i alone. May be nested:
/// a thread that waits for an inner loop takes part in that loop only, so thread-local state of the outer
/// body stays its own.
void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body);

/// parallel_for for bodies with loops of their own: a thread that waits for it takes part in those too,
/// whichever thread runs them. The bodies keep nothing thread-local from before such a loop until after it.
void parallel_for_nested(std::size_t count, const std::function<void(std::size_t)>& body);

/// Whether a piece of work may use other threads of the pool or stays on the caller's.
enum class Concurrency { serial, parallel };

/// parallel_for or a plain loop.
void for_each(Concurrency concurrency, std::size_t count, const std::function<void(std::size_t)>& body);

}  // namespace tsugi::merge
