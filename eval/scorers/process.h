// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs a program of the user's so that nothing of it outlives the call, whatever it does and however this
// process ends.
//
// Between this process and the program stands a keeper: this very program, started with keep_program()'s
// word. Whatever the program leaves behind becomes the keeper's child (prctl(PR_SET_CHILD_SUBREAPER)), in a
// session of its own or not, and is ended by it. The keeper learns that this process died, even by kill -9,
// from the end of a pipe.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tsugi::eval {

struct Program {
  std::vector<std::string> words;  ///< file to run (with its path) and arguments; no shell reads them
  std::chrono::milliseconds time_limit{0};  ///< 0: none
};

struct ProgramEnd {
  enum class How {
    exited,     ///< `code` is the exit code
    killed,     ///< `code` is the signal
    timed_out,  ///< ended for its time limit
    lost        ///< its keeper was killed; the program with it
  };
  How how = How::lost;
  int code = 0;
  std::string out;              ///< standard output, at most kMostOutput bytes
  bool cut = false;             ///< there was more
  std::string last;             ///< the last bytes of standard error, or of standard output without any
  std::size_t left_behind = 0;  ///< processes that outlived it and were ended
};

/// More than the scores of a million items, and little beside a model.
constexpr std::size_t kMostOutput = std::size_t{64} << 20U;

/// Runs the program with nothing on its standard input and waits for it. `check` is asked every 50 ms and may
/// throw: the program is then ended first, by SIGTERM and after a second by SIGKILL (for its time limit after
/// five). Safe from several threads at once. Throws Error when no process can be started.
ProgramEnd run_program(const Program& program, const std::function<void()>& check);

/// Whether a process was started to be a keeper. main() asks before anything else.
bool is_keeper(int argc, const char* const* argv);

/// What main() then does; the result is its exit code.
int keep_program(int argc, const char* const* argv);

}  // namespace tsugi::eval
