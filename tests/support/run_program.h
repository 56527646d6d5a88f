// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs the built program as a user would and keeps what it said.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace tsugi::tests {

struct Finished {
  int code = -1;                   ///< exit code, or 128 + signal
  std::string out;                 ///< standard output
  std::string err;                 ///< standard error
  int most_threads = 0;            ///< largest number of threads seen, looked at every millisecond
  std::uint64_t most_private = 0;  ///< largest private memory seen (RssAnon), in bytes
};

/// What /proc says of a running process under `key`, "Threads:" for example; 0 when it cannot be told.
inline std::uint64_t status_of(pid_t process, const std::string& key) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(key, 0) == 0) return std::stoull(line.substr(key.size()));
  }
  return 0;
}

/// What happens to a program that is run.
struct Treatment {
  std::optional<std::chrono::microseconds> kill_after{};  ///< to a millisecond
  std::function<bool()> kill_when{};                      ///< asked every millisecond
  int signal = SIGKILL;                                   ///< sent at the first of both, once
  std::function<void()> prepare{};  ///< called in the child before the program: limits, environment
};

/// Runs TSUGI_BINARY with the arguments in `folder` and waits.
inline Finished run_program(const std::vector<std::string>& arguments,
                            const std::filesystem::path& folder = std::filesystem::current_path(),
                            const Treatment& treatment = {}) {
  const TemporaryFolder scratch;
  const std::string out = (scratch / "out").string();
  const std::string err = (scratch / "err").string();
  std::vector<std::string> words{TSUGI_BINARY};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);

  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    const int out_file = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int err_file = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (chdir(folder.c_str()) != 0 || dup2(out_file, 1) < 0 || dup2(err_file, 2) < 0) _exit(126);
    if (treatment.prepare) treatment.prepare();
    execv(pointers[0], pointers.data());
    _exit(127);
  }
  Finished result;
  int status = 0;
  bool sent = false;
  const auto is_time = [&] {
    return (treatment.kill_after && std::chrono::steady_clock::now() - start >= *treatment.kill_after) ||
           (treatment.kill_when && treatment.kill_when());
  };
  while (waitpid(child, &status, WNOHANG) == 0) {
    result.most_threads = std::max(result.most_threads, static_cast<int>(status_of(child, "Threads:")));
    result.most_private = std::max(result.most_private, 1024 * status_of(child, "RssAnon:"));  // in kB
    if (!sent && is_time()) {
      kill(child, treatment.signal);
      sent = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = read_text(out);
  result.err = read_text(err);
  return result;
}

}  // namespace tsugi::tests
