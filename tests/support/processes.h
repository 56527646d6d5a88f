// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which processes of this machine have a text in their command line.
#pragma once

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "tests/support/temporary_folder.h"

namespace tsugi::tests {

/// A number of seconds to sleep that no other test sleeps.
inline std::string marked_seconds(int number) {
  std::string text = std::to_string(1'000'000 + getpid());
  text += ".";
  return text += std::to_string(1000 + number);
}

/// Processes with `text` among their words. Zombies have no words.
inline int processes_with(const std::string& text) {
  int count = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    count += read_text(entry.path() / "cmdline").find(text) != std::string::npos ? 1 : 0;
  }
  return count;
}

/// Whether there are `count` of them within five seconds, which is far more than a process needs to end.
inline bool comes_to(int count, const std::string& text) {
  for (int i = 0; i < 500; ++i) {
    if (processes_with(text) == count) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace tsugi::tests
