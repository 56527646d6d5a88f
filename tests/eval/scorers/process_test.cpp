// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/scorers/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "recipes/error.h"
#include "tests/support/processes.h"

namespace tsugi::eval {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using How = ProgramEnd::How;

constexpr milliseconds kNone{0};

ProgramEnd run_shell(
    const std::string& script, milliseconds limit = kNone, const std::function<void()>& check = [] {}) {
  return run_program({.words = {"/bin/sh", "-c", script}, .time_limit = limit}, check);
}

double seconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

TEST(Process, SaysWhatAProgramSaid) {
  const ProgramEnd end = run_shell("echo one; echo two >&2; exit 7");
  EXPECT_EQ(end.how, How::exited);
  EXPECT_EQ(end.code, 7);
  EXPECT_EQ(end.out, "one\n");
  EXPECT_EQ(end.last, "two\n");
  EXPECT_EQ(run_shell("echo one").last, "one\n");
  EXPECT_EQ(end.left_behind, 0U);
}

TEST(Process, WordsAreReadByNoShell) {
  const ProgramEnd end = run_program({.words = {"/usr/bin/printf", "%s|", "a b", "$HOME", "*", ""}}, [] {});
  EXPECT_EQ(end.out, "a b|$HOME|*||");
}

TEST(Process, ReadsNothingAndHoldsNoFileOfOurs) {
  EXPECT_EQ(run_shell("cat; echo end").out, "end\n");
  // ls holds the folder that it lists.
  EXPECT_EQ(run_program({.words = {"/bin/ls", "/proc/self/fd"}}, [] {}).out, "0\n1\n2\n3\n");
}

TEST(Process, AnIgnoredSignalIsNotIgnoredByPrograms) {
  signal(SIGXFSZ, SIG_IGN);
  const ProgramEnd end = run_shell("kill -XFSZ $$; sleep 5");
  signal(SIGXFSZ, SIG_DFL);
  EXPECT_EQ(end.how, How::killed);
  EXPECT_EQ(end.code, SIGXFSZ);
}

TEST(Process, ACrashIsASignal) {
  const ProgramEnd end = run_shell("kill -SEGV $$");
  EXPECT_EQ(end.how, How::killed);
  EXPECT_EQ(end.code, SIGSEGV);
}

TEST(Process, WhatCannotBeRunSaysSo) {
  const ProgramEnd end = run_program({.words = {"/etc/passwd"}}, [] {});
  EXPECT_EQ(end.how, How::exited);
  EXPECT_EQ(end.code, 127);
  EXPECT_THAT(end.last, HasSubstr("/etc/passwd: cannot be run: Permission denied"));
}

TEST(Process, ATimeLimitEndsAProgramAndItsChildren) {
  const std::string sleep = "sleep " + tests::marked_seconds(1);
  const auto start = steady_clock::now();
  const ProgramEnd end = run_shell("echo begun; " + sleep + " & " + sleep, milliseconds(200));
  EXPECT_EQ(end.how, How::timed_out);
  EXPECT_EQ(end.out, "begun\n");
  EXPECT_LT(seconds_since(start), 4);  // by SIGTERM: the grace of five seconds is not needed
  EXPECT_EQ(tests::processes_with(tests::marked_seconds(1)), 0);
}

// SIGKILL comes five seconds after the SIGTERM that is ignored.
TEST(Process, ATimeLimitEndsAProgramThatIgnoresIt) {
  const auto start = steady_clock::now();
  const ProgramEnd end = run_shell("trap '' TERM; sleep " + tests::marked_seconds(2), milliseconds(200));
  EXPECT_EQ(end.how, How::timed_out);
  EXPECT_GE(seconds_since(start), 5);
  EXPECT_LT(seconds_since(start), 9);
  EXPECT_EQ(tests::processes_with(tests::marked_seconds(2)), 0);
}

TEST(Process, AStoppedProgramIsEndedToo) {
  EXPECT_EQ(run_shell("kill -STOP $$", milliseconds(200)).how, How::timed_out);
}

TEST(Process, WhatAProgramLeavesBehindIsEnded) {
  const std::string sleep = "sleep " + tests::marked_seconds(3);
  // In the same session, orphaned, in a session of its own, and ignoring what would end it.
  const ProgramEnd end = run_shell(sleep + " & (" + sleep + " &) ; setsid " + sleep +
                                   " & (trap '' TERM HUP INT; setsid " + sleep + " &) ; echo done; exit 3");
  EXPECT_EQ(end.how, How::exited);
  EXPECT_EQ(end.code, 3);
  EXPECT_EQ(end.out, "done\n");
  EXPECT_GE(end.left_behind, 3U);  // one may not have begun yet
  EXPECT_EQ(tests::processes_with(tests::marked_seconds(3)), 0);
}

TEST(Process, OutputWithoutEndIsCut) {
  const ProgramEnd end = run_shell("yes", milliseconds(1000));
  EXPECT_EQ(end.how, How::timed_out);
  EXPECT_LE(end.out.size(), kMostOutput);
  EXPECT_LE(end.last.size(), 8192U);
  const ProgramEnd long_one = run_shell("head -c 70000000 /dev/zero");
  EXPECT_EQ(long_one.how, How::exited);
  EXPECT_EQ(long_one.out.size(), kMostOutput);
  EXPECT_TRUE(long_one.cut);
}

TEST(Process, AStopEndsTheProgramFirst) {
  const std::string sleep = "sleep " + tests::marked_seconds(4);
  const auto start = steady_clock::now();
  const auto stop = [&] {
    if (seconds_since(start) > 0.3) throw Interrupted("stopped");
  };
  EXPECT_THROW(run_shell("trap '' TERM; setsid " + sleep + " & " + sleep, kNone, stop), Interrupted);
  EXPECT_LT(seconds_since(start), 3);  // a second's grace, and then SIGKILL
  EXPECT_EQ(tests::processes_with(tests::marked_seconds(4)), 0);
}

TEST(Process, NothingOutlivesACallerThatIsKilled) {
  const std::string seconds = tests::marked_seconds(5);
  const pid_t caller = fork();
  if (caller == 0) {
    run_shell("trap '' TERM; setsid sleep " + seconds + " & sleep " + seconds, kNone);
    _exit(0);
  }
  ASSERT_TRUE(tests::comes_to(4, seconds));  // sh and its keeper have it among their words, too
  kill(caller, SIGKILL);
  waitpid(caller, nullptr, 0);
  EXPECT_TRUE(tests::comes_to(0, seconds));
}

TEST(Process, SeveralAtOnceAreKeptApart) {
  std::vector<std::string> out(4);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      out[static_cast<std::size_t>(i)] =
          run_shell("sleep 0." + std::to_string(4 - i) + "; echo " + std::to_string(i)).out;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(out, testing::ElementsAre("0\n", "1\n", "2\n", "3\n"));
}

}  // namespace
}  // namespace tsugi::eval
