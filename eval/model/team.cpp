// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/team.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <thread>
#include <utility>

#include "eval/model/kernels/kernels.h"
#include "merge/parallel.h"

namespace tsugi::eval {
namespace {

// Of the word that says what is to be done.
constexpr std::uint64_t kJob = std::uint64_t{1} << 32U;
constexpr std::uint64_t kStretches = std::uint64_t{1} << 16U;

// Waits for another thread: at first without giving up the core, since most waits are shorter than a switch.
class Patience {
 public:
  void wait() {
    constexpr int kSpins = 4096;  // longer than any wait within a step should be
    if (++spins_ > kSpins) return std::this_thread::yield();
#ifdef __x86_64__
    __builtin_ia32_pause();
#endif
  }

 private:
  int spins_ = 0;
};

}  // namespace

void Team::lead(const std::function<void()>& body) {
  if (members_ == 1) return body();
  over_ = false;
  merge::parallel_for(members_, [&](std::size_t member) {
    if (member > 0) return help(member);
    struct End {
      std::atomic<bool>& over;
      ~End() { over = true; }
    } const end{over_};
    body();
  });
}

void Team::help(std::size_t member) {
  Patience patience;
  while (!over_.load(std::memory_order_acquire)) {
    if (take_one(member)) {
      patience = {};
    } else {
      patience.wait();
    }
  }
}

// Works on a stretch, if there is one.
bool Team::take_one(std::size_t member) {
  std::uint64_t seen = next_.load(std::memory_order_acquire);
  const Part* part = nullptr;
  std::size_t stretch = 0;
  do {
    stretch = seen % kStretches;
    if (stretch >= seen % kJob / kStretches) return false;
    // Of the job that `seen` belongs to, or else the exchange fails.
    part = part_.load(std::memory_order_relaxed);
  } while (
      !next_.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel, std::memory_order_acquire));
  try {
    (*part)(member, bounds_[stretch], bounds_[stretch + 1]);
  } catch (...) {
    if (!failed_.exchange(true)) failure_ = std::current_exception();
  }
  done_.fetch_add(1, std::memory_order_acq_rel);
  return true;
}

void Team::share_stretches(const Part& f) {
  const std::size_t stretches = bounds_.size() - 1;
  part_.store(&f, std::memory_order_relaxed);
  done_.store(0, std::memory_order_relaxed);
  const std::uint64_t job = next_.load(std::memory_order_relaxed) / kJob + 1;
  next_.store(job * kJob + stretches * kStretches, std::memory_order_release);
  while (take_one(0)) {
  }
  for (Patience patience; done_.load(std::memory_order_acquire) < stretches;) patience.wait();
  if (failed_) {
    failed_ = false;
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
}

bool Team::cut_evenly(std::size_t n, std::size_t least) {
  if (members_ == 1) return false;
  const std::size_t stretches = std::clamp<std::size_t>(n / std::max<std::size_t>(1, least), 1, members_);
  if (stretches == 1) return false;
  bounds_.resize(stretches + 1);
  for (std::size_t i = 0; i <= stretches; ++i) bounds_[i] = i * n / stretches;
  return true;
}

bool Team::cut_by_cost(std::span<const std::size_t> costs) {
  if (members_ == 1) return false;
  const std::size_t all = std::accumulate(costs.begin(), costs.end(), std::size_t{0});
  bounds_.assign(1, 0);
  std::size_t sum = 0;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    sum += costs[i];
    if (i + 1 == costs.size() || sum * members_ >= all * bounds_.size()) bounds_.push_back(i + 1);
  }
  return bounds_.size() > 2;
}

void Team::multiply(const PackedMatrix& matrix, const Operands& x, const Activations& y, bool add,
                    ProductScratch& scratch, const void* next) {
  if (x.rows == 0) return;
  const std::size_t panels = matrix.panels().count;
  assert(panels > 0);
  // Pairs, which kernels take side by side.
  share((panels + 1) / 2, 1, [&](std::size_t, std::size_t begin, std::size_t end) {
    const std::size_t first = 2 * begin;
    const std::size_t count = std::min(2 * end, panels) - first;
    const Activations to = {y.data + first * kernels::kLanes, y.stride, y.rows};
    // What is upcoming is in order for one thread.
    matrix.multiply(x, {first, count}, to, add, members_ == 1 ? &scratch.upcoming : nullptr,
                    begin == 0 ? next : nullptr);
  });
}

}  // namespace tsugi::eval
