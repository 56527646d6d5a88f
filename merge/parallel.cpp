// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/parallel.h"

#include <malloc.h>
#include <sched.h>
#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_scheduler_observer.h>

#include "recipes/error.h"

// All that is needed of <omp.h>, which clang-tidy does not have.
extern "C" void omp_set_num_threads(int count);

namespace tsugi::merge {
namespace {

// What tasks allocate and free again and again, such as the keys of a tensor's ranks, stays with the process:
// glibc would hand it back to the system, which clears each page anew (a tenth of a merge by ties). The keys
// of tensors that run side by side reserve some 20 MB, of which few are touched.
void keep_freed_memory() {
  constexpr int kLargest = 8 << 20;
  constexpr int kFreed = 64 << 20;
  mallopt(M_MMAP_THRESHOLD, kLargest);
  mallopt(M_TRIM_THRESHOLD, kFreed);
}

// OpenMP counts its threads per native thread: each of ours is told once, when it enters, to use no others.
class OneOpenMpThread : public tbb::task_scheduler_observer {
 public:
  explicit OneOpenMpThread(tbb::task_arena& arena) : tbb::task_scheduler_observer(arena) { observe(true); }
  ~OneOpenMpThread() override { observe(false); }
  void on_scheduler_entry(bool) override { omp_set_num_threads(1); }
};

}  // namespace

std::size_t available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  const int count = CPU_COUNT(&set);
  return count > 0 ? static_cast<std::size_t>(count) : 1;
}

struct ThreadPool::State {
  explicit State(std::size_t threads)
      : limit(tbb::global_control::max_allowed_parallelism, threads),
        arena(static_cast<int>(threads)),
        observer(arena) {}

  tbb::global_control limit;
  tbb::task_arena arena;
  OneOpenMpThread observer;
};

ThreadPool::ThreadPool(std::size_t threads) : threads_(threads == 0 ? available_cores() : threads) {
  constexpr std::size_t kMost =
      4096;  // more than any machine has; catches a negative number turned into a huge one
  if (threads_ > kMost)
    throw InputError("--threads", "more than 4096 threads asked for", "give a smaller number");
  keep_freed_memory();
  state_ = std::make_unique<State>(threads_);
}

ThreadPool::~ThreadPool() = default;

std::size_t pool_threads() {
  const int most = tbb::this_task_arena::max_concurrency();
  return most > 0 ? static_cast<std::size_t>(most) : 1;
}

void ThreadPool::run(const std::function<void()>& work) {
  state_->arena.execute(work);
}

void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body) {
  tbb::this_task_arena::isolate([&] { parallel_for_nested(count, body); });
}

void parallel_for_nested(std::size_t count, const std::function<void(std::size_t)>& body) {
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(0, count, 1),
      [&](const tbb::blocked_range<std::size_t>& range) {
        for (std::size_t i = range.begin(); i != range.end(); ++i) body(i);
      },
      tbb::simple_partitioner());
}

void for_each(Concurrency concurrency, std::size_t count, const std::function<void(std::size_t)>& body) {
  if (concurrency == Concurrency::parallel) return parallel_for(count, body);
  for (std::size_t i = 0; i < count; ++i) body(i);
}

}  // namespace tsugi::merge
