// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/scorers/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

#include "eval/scorers/keeper.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

[[noreturn]] void fail(const char* what, int error) {
  throw Error(fmt::format("a program cannot be started: {}: {}", what, std::strerror(error)));
}

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  int get() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

/// A pipe of which `far` goes to another process; both are closed in every program that is started.
struct Pipe {
  Descriptor near;
  Descriptor far;
};

// Far ends are renumbered in the child, where a low number might be taken by another one of them.
Pipe make_pipe(bool reads) {
  constexpr int kHigh = 10;
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe", errno);
  const Descriptor read_end(ends[0]);
  const Descriptor write_end(ends[1]);
  Pipe pipe{.near = Descriptor(::fcntl((reads ? read_end : write_end).get(), F_DUPFD_CLOEXEC, kHigh)),
            .far = Descriptor(::fcntl((reads ? write_end : read_end).get(), F_DUPFD_CLOEXEC, kHigh))};
  if (pipe.near.get() < 0 || pipe.far.get() < 0) fail("pipe", errno);
  if (reads) ::fcntl(pipe.near.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

struct Actions {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};

  Actions() {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
  }
  ~Actions() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
};

/// A keeper under way. Destroyed early, it ends its program first.
class Kept {
 public:
  explicit Kept(const Program& program)
      : control_(make_pipe(false)), report_(make_pipe(true)), out_(make_pipe(true)), err_(make_pipe(true)) {
    start(program);
  }
  ~Kept() {
    for (Pipe* pipe : {&control_, &out_, &err_}) pipe->near.close();
    while (!reported_) gather(-1);
    ::waitpid(keeper_, nullptr, 0);
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  bool is_over() const { return reported_; }

  /// Takes what has come, waiting for at most `timeout` ms; -1: for as long as it takes.
  void gather(int timeout) {
    std::array<pollfd, 3> sources{{{.fd = out_.near.get(), .events = POLLIN, .revents = 0},
                                   {.fd = err_.near.get(), .events = POLLIN, .revents = 0},
                                   {.fd = report_.near.get(), .events = POLLIN, .revents = 0}}};
    ::poll(sources.data(), sources.size(), timeout);
    // What was written before the report is there when the report is.
    const bool over = sources[2].revents != 0;
    take(out_.near, over, [&](std::string_view text) { add_out(text); });
    take(err_.near, over, [&](std::string_view text) { add_last(last_err_, text); });
    if (over) read_report();
  }

  ProgramEnd end() && {
    end_.last = last_err_.empty() ? std::move(last_out_) : std::move(last_err_);
    return std::move(end_);
  }

 private:
  void start(const Program& program) {
    Actions actions;
    ::posix_spawn_file_actions_addopen(&actions.files, 0, "/dev/null", O_RDONLY, 0);
    for (const auto& [from, to] :
         {std::pair(out_.far.get(), 1), std::pair(err_.far.get(), 2),
          std::pair(control_.far.get(), keeper::kControl), std::pair(report_.far.get(), keeper::kReport)}) {
      ::posix_spawn_file_actions_adddup2(&actions.files, from, to);
    }
    ::posix_spawn_file_actions_addclosefrom_np(&actions.files, keeper::kReport + 1);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&actions.attributes, &none);
    ::posix_spawnattr_setsigdefault(&actions.attributes, &all);
    // A session of its own: the terminal's Ctrl-C is this process's affair, which then ends the program.
    ::posix_spawnattr_setflags(&actions.attributes,
                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    std::vector<std::string> words{"tsugi", keeper::kWord, std::to_string(program.time_limit.count())};
    words.insert(words.end(), program.words.begin(), program.words.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const int error = ::posix_spawn(&keeper_, "/proc/self/exe", &actions.files, &actions.attributes,
                                    pointers.data(), environ);
    if (error != 0) fail("fork", error);
    for (Pipe* pipe : {&control_, &report_, &out_, &err_}) pipe->far.close();
  }

  // Not all at once: a program may write without end.
  template <class Use>
  static void take(Descriptor& from, bool all, const Use& use) {
    constexpr int kReads = 64;
    std::array<char, 65536> buffer;
    for (int i = 0; (all || i < kReads) && from.get() >= 0; ++i) {
      const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
      if (count > 0) {
        use(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
      } else if (count == 0) {
        from.close();
      } else if (errno != EINTR) {
        return;  // nothing more for now
      }
    }
  }

  // Some screens full: the end of a traceback is in there.
  static void add_last(std::string& last, std::string_view text) {
    constexpr std::size_t kKept = 8192;
    last += text;
    if (last.size() > kKept) last.erase(0, last.size() - kKept);
  }

  void add_out(std::string_view text) {
    add_last(last_out_, text);
    const std::size_t room = kMostOutput - end_.out.size();
    end_.cut |= text.size() > room;
    end_.out += text.substr(0, room);
  }

  void read_report() {
    keeper::Report report;
    reported_ = true;
    if (::read(report_.near.get(), &report, sizeof(report)) != sizeof(report)) return;  // lost
    end_.how = static_cast<ProgramEnd::How>(report.how);
    end_.code = report.code;
    end_.left_behind = static_cast<std::size_t>(report.left_behind);
  }

  Pipe control_;
  Pipe report_;
  Pipe out_;
  Pipe err_;
  pid_t keeper_ = -1;
  bool reported_ = false;
  std::string last_out_;
  std::string last_err_;
  ProgramEnd end_;
};

}  // namespace

ProgramEnd run_program(const Program& program, const std::function<void()>& check) {
  constexpr int kBetweenChecks = 50;  // ms: a stop is felt at once
  Kept kept(program);
  while (!kept.is_over()) {
    check();
    kept.gather(kBetweenChecks);
  }
  return std::move(kept).end();
}

}  // namespace tsugi::eval
