// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tsugi::merge {
namespace {

// Waits until `count` have come; false after more than any machine takes to wake a thread.
bool all_come(std::atomic<int>& come, int count) {
  constexpr std::chrono::seconds kLong{20};
  const auto end = std::chrono::steady_clock::now() + kLong;
  ++come;
  while (come < count && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  return come >= count;
}

TEST(ParallelForNested, AThreadThatWaitsTakesPartInInnerLoops) {
  ThreadPool pool(2);
  std::atomic<int> both = 0;
  std::atomic<int> come = 0;
  std::atomic<int> met = 0;
  pool.run([&] {
    // Each thread has one body; that which is through first has nothing left but the other's loop, whose two
    // bodies wait for each other.
    parallel_for_nested(2, [&](std::size_t i) {
      all_come(both, 2);
      if (i == 0) return;
      parallel_for(2, [&](std::size_t) { met += all_come(come, 2) ? 1 : 0; });
    });
  });
  EXPECT_EQ(met, 2);
}

TEST(ParallelForNested, CallsEachOnceAndPassesExceptionsOn) {
  ThreadPool pool(2);
  std::vector<std::atomic<int>> calls(1000);
  pool.run([&] { parallel_for_nested(calls.size(), [&](std::size_t i) { ++calls[i]; }); });
  for (const auto& each : calls) ASSERT_EQ(each, 1);
  const auto fail = [&] {
    pool.run([] { parallel_for_nested(3, [](std::size_t) { throw std::runtime_error("a body's"); }); });
  };
  EXPECT_THROW(fail(), std::runtime_error);
}

}  // namespace
}  // namespace tsugi::merge
