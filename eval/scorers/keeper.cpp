// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The process that keeps a program: starts it, ends it when it must, and leaves when nothing of it is left.
#include "eval/scorers/keeper.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "eval/scorers/process.h"

namespace tsugi::eval {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Time to write what it has; who stops a run wants it to stop.
constexpr milliseconds kGraceOfLimit{5000};
constexpr milliseconds kGraceOfStop{1000};

struct Process {
  pid_t parent = 0;
  bool zombie = false;
};

// "PID (NAME) STATE PPID …"; a name may hold anything.
bool read_process(const std::string& number, Process& process) {
  std::ifstream in("/proc/" + number + "/stat", std::ios::binary);
  // Not by iterators: those throw where a process ends between opening and reading.
  std::array<char, 4096> line{};  // a page, which is more than the kernel writes here
  in.read(line.data(), line.size());
  const std::string text(line.data(), static_cast<std::size_t>(in.gcount()));
  const std::size_t end = text.rfind(')');
  char state = 0;
  if (end == std::string::npos || std::sscanf(text.c_str() + end + 1, " %c %d", &state, &process.parent) != 2)
    return false;
  process.zombie = state == 'Z' || state == 'X';
  return true;
}

/// All processes that stem from this one and run.
std::vector<pid_t> descendants() {
  std::map<pid_t, Process> all;
  if (DIR* folder = ::opendir("/proc"); folder != nullptr) {
    while (const dirent* entry = ::readdir(folder)) {
      const std::string name = entry->d_name;
      Process process;
      if (name.find_first_not_of("0123456789") != std::string::npos || !read_process(name, process)) continue;
      all[static_cast<pid_t>(std::stol(name))] = process;
    }
    ::closedir(folder);
  }
  std::vector<pid_t> found{::getpid()};
  std::vector<pid_t> running;
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const auto& [id, process] : all) {
      if (process.parent != found[i]) continue;
      found.push_back(id);
      if (!process.zombie) running.push_back(id);
    }
  }
  return running;
}

void send_to_all(int signal) {
  for (const pid_t id : descendants()) ::kill(id, signal);
}

/// Returns how many there were. What cannot be killed (a process inside a broken disk's driver) is given up
/// after a while.
int end_descendants() {
  constexpr int kTries = 1000;
  int ended = 0;
  for (int i = 0; i < kTries; ++i) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    const std::vector<pid_t> running = descendants();
    if (running.empty()) return ended;
    if (i == 0) ended = static_cast<int>(running.size());
    for (const pid_t id : running) ::kill(id, SIGKILL);
    std::this_thread::sleep_for(milliseconds(1 + i / 100));
  }
  return ended;
}

[[noreturn]] void become(const char* const* words, pid_t keeper) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // should the keeper be killed
  if (::getppid() != keeper) ::_exit(127);
  ::setsid();
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::signal(signal, SIG_DFL);
  ::execv(words[0], const_cast<char* const*>(words));
  std::fprintf(stderr, "%s: cannot be run: %s\n", words[0], std::strerror(errno));
  ::_exit(127);
}

class Keeper {
 public:
  Keeper(milliseconds limit, const char* const* words) : limit_(limit), words_(words) {}

  keeper::Report keep() {
    prepare();
    const pid_t self = ::getpid();
    program_ = ::fork();
    if (program_ == 0) become(words_, self);
    if (program_ < 0) return report_;
    if (limit_.count() > 0) deadline_ = Clock::now() + limit_;
    while (!ended_) wait_and_look();
    report_.left_behind = end_descendants();
    return report_;
  }

 private:
  // Signals that end whole sessions and groups are not for the keeper: it ends when its work is done.
  void prepare() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::signal(signal, SIG_IGN);
    sigset_t children;
    ::sigemptyset(&children);
    ::sigaddset(&children, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &children, nullptr);
    changes_ = ::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    ::fcntl(keeper::kControl, F_SETFD, FD_CLOEXEC);
    ::fcntl(keeper::kReport, F_SETFD, FD_CLOEXEC);
  }

  void wait_and_look() {
    pollfd sources[] = {{.fd = changes_, .events = POLLIN, .revents = 0},
                        {.fd = stopping_ ? -1 : keeper::kControl, .events = POLLIN, .revents = 0}};
    int timeout = -1;
    if (deadline_ != Clock::time_point::max()) {
      const auto left = std::chrono::ceil<milliseconds>(deadline_ - Clock::now()).count();
      timeout = static_cast<int>(std::clamp<long>(left, 0, 60'000));  // looked at again after a minute
    }
    ::poll(sources, 2, timeout);
    reap();
    if (ended_) return;
    if (!stopping_ && sources[1].revents != 0) {
      stopping_ = true;
      terminate(kGraceOfStop);
    } else if (Clock::now() >= deadline_) {
      if (!terminating_ && !stopping_) {
        timed_out_ = true;
        terminate(kGraceOfLimit);
      } else {
        send_to_all(SIGKILL);
        deadline_ = Clock::now() + milliseconds(100);  // again: there may be new ones
      }
    }
  }

  void terminate(milliseconds grace) {
    terminating_ = true;
    send_to_all(SIGTERM);
    send_to_all(SIGCONT);  // a stopped process takes no other signal
    deadline_ = Clock::now() + grace;
  }

  void reap() {
    signalfd_siginfo seen[16];
    while (::read(changes_, seen, sizeof(seen)) > 0) {
    }
    int status = 0;
    for (pid_t id = ::waitpid(-1, &status, WNOHANG); id > 0; id = ::waitpid(-1, &status, WNOHANG)) {
      if (id != program_) continue;
      ended_ = true;
      const bool exited = WIFEXITED(status);
      const ProgramEnd::How how = timed_out_ ? ProgramEnd::How::timed_out
                                  : exited   ? ProgramEnd::How::exited
                                             : ProgramEnd::How::killed;
      report_.how = static_cast<std::int32_t>(how);
      report_.code = exited ? WEXITSTATUS(status) : WTERMSIG(status);
    }
  }

  milliseconds limit_;
  const char* const* words_;
  pid_t program_ = -1;
  int changes_ = -1;
  bool ended_ = false;
  bool stopping_ = false;
  bool terminating_ = false;
  bool timed_out_ = false;
  Clock::time_point deadline_ = Clock::time_point::max();
  keeper::Report report_{.how = static_cast<std::int32_t>(ProgramEnd::How::lost)};
};

}  // namespace

bool is_keeper(int argc, const char* const* argv) {
  return argc > 3 && std::strcmp(argv[1], keeper::kWord) == 0;
}

int keep_program(int, const char* const* argv) {
  Keeper program(milliseconds(std::strtoll(argv[2], nullptr, 10)), argv + 3);
  const keeper::Report report = program.keep();
  return ::write(keeper::kReport, &report, sizeof(report)) == sizeof(report) ? 0 : 1;
}

}  // namespace tsugi::eval
