// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/stop_signals.h"

#include <array>
#include <atomic>
#include <csignal>

namespace tsugi::apps {
namespace {

constexpr std::array<int, 2> kSignals{SIGINT, SIGTERM};

std::atomic<bool> signalled = false;
static_assert(std::atomic<bool>::is_always_lock_free);  // so that a handler may write it

// Handles a signal unless it is ignored.
void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  static_cast<void>(::sigaction(signal, &action, nullptr));
}

void remember(int) {
  signalled = true;
  for (const int signal : kSignals) handle(signal, SIG_DFL);
}

}  // namespace

StopSignals::StopSignals() {
  signalled = false;
  for (const int signal : kSignals) handle(signal, remember);
  handle(SIGXFSZ, SIG_IGN);
}

StopSignals::~StopSignals() {
  for (const int signal : kSignals) handle(signal, SIG_DFL);
}

bool StopSignals::arrived() const {
  return signalled.load(std::memory_order_relaxed);
}

}  // namespace tsugi::apps
