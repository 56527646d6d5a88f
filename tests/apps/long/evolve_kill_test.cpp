// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A search that is killed, stopped or out of disk at any moment comes to the bytes of one that nothing
// disturbs.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>

#include "evolve/run_folder.h"
#include "tests/support/evolve_program.h"

namespace tsugi::tests {
namespace {

namespace fs = std::filesystem;
using std::chrono::microseconds;
using testing::HasSubstr;

constexpr int kKilled = 128 + SIGKILL;
constexpr int kResumable = 3;

class EvolveKill : public EvolveProgram {
 protected:
  // Three generations and all that comes after them in about a second: the start of the program, during which
  // there is nothing to lose, is a small part.
  EvolveKill() { folder_.write("search.yaml", replaced(kEvolveSearch, "evaluations: 6", "evaluations: 15")); }

  /// The run that nothing disturbs, and how long it takes once its inputs are in memory.
  microseconds run_in_peace(const std::string& run) {
    EXPECT_EQ(evolve(run, "2").code, 0);
    fs::remove_all(folder_ / run);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(evolve(run, "2").code, 0);
    return std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - start);
  }

  /// Begins the run, or goes on with it when there is something to go on with.
  Finished work_on(const std::string& run, const std::string& threads, const Treatment& treatment) {
    const bool begun = fs::exists(evolve::partial_of(folder_ / run) / "journal") || fs::exists(folder_ / run);
    return begun ? resume(run, threads, treatment) : evolve(run, threads, treatment);
  }

  void expect_same(const std::string& run, const std::string& whole) {
    for (const char* file : {"archive.h5", "result.json", "winner.yaml", "winner/model.safetensors"}) {
      EXPECT_TRUE(read_text(folder_ / run / file) == read_text(folder_ / whole / file)) << file;
      EXPECT_FALSE(read_text(folder_ / run / file).empty()) << file;
    }
    EXPECT_EQ(names_in(folder_ / run), names_in(folder_ / whole));
    EXPECT_FALSE(fs::exists(evolve::partial_of(folder_ / run)));
  }

  static std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
    return names;
  }
};

TEST_F(EvolveKill, ComesToTheSameBytes) {
  constexpr int kKills = 100;
  const microseconds length = run_in_peace("whole");
  std::mt19937_64 random(100);
  std::uniform_int_distribution<std::int64_t> moments(0, length.count());
  int kills = 0;
  int runs = 0;
  int before_the_journal = 0;
  while (kills < kKills) {
    const std::string run = fmt::format("run{}", ++runs);
    const std::string threads = runs % 2 == 0 ? "1" : "2";
    for (;;) {
      const microseconds moment(moments(random));
      SCOPED_TRACE(fmt::format("{}, killed after {} us of {}", run, moment.count(), length.count()));
      const Finished work =
          work_on(run, threads, kills < kKills ? Treatment{.kill_after = moment} : Treatment{});
      ASSERT_TRUE(work.code == 0 || work.code == kKilled) << work.err;
      EXPECT_TRUE(work.code == kKilled || fs::exists(folder_ / run / "result.json"));
      if (work.code == 0) break;
      ++kills;
      before_the_journal += fs::exists(evolve::partial_of(folder_ / run) / "journal") ? 0 : 1;
    }
    expect_same(run, "whole");
    fs::remove_all(folder_ / run);
  }
  fmt::print("a search of {:.2f} s, {} runs killed {} times, {} times before or after there was a journal\n",
             static_cast<double>(length.count()) * 1e-6, runs, kills, before_the_journal);
  EXPECT_LT(before_the_journal, kKills / 2);  // else the moments are not those of the search
}

TEST_F(EvolveKill, StopsOnSigterm) {
  constexpr int kMoments = 20;
  ASSERT_EQ(evolve("whole", "2").code, 0);
  std::mt19937_64 random(20);
  std::uniform_int_distribution<std::uintmax_t> sizes(1, fs::file_size(folder_ / "whole/journal"));
  int stopped = 0;
  std::chrono::steady_clock::duration slowest{0};
  for (int i = 0; i < kMoments; ++i) {
    const std::string run = fmt::format("run{}", i);
    const std::uintmax_t size = sizes(random);
    SCOPED_TRACE(fmt::format("signalled when the journal had {} bytes", size));
    std::chrono::steady_clock::time_point sent;
    const Finished work = evolve(run, "2",
                                 {.kill_when =
                                      [&] {
                                        sent = std::chrono::steady_clock::now();
                                        return journal_size(run) >= size;
                                      },
                                  .signal = SIGTERM});
    // Behind the last evaluation there is nothing to stop.
    ASSERT_TRUE(work.code == kResumable || work.code == 0) << work.err;
    if (work.code == kResumable) {
      ++stopped;
      slowest = std::max(slowest, std::chrono::steady_clock::now() - sent);
      EXPECT_THAT(work.err, HasSubstr("go on with: tsugi evolve --resume " + run));
    }
    ASSERT_EQ(work_on(run, "2", {}).code, 0);
    expect_same(run, "whole");
  }
  fmt::print("{} of {} were stopped, the slowest {} ms after the signal\n", stopped, kMoments,
             std::chrono::duration_cast<std::chrono::milliseconds>(slowest).count());
  EXPECT_GT(stopped, kMoments / 2);
}

// A disk of its own, in a namespace of its own; where the system does not give one,
// tests/apps/resume_test.cpp has a limit on the size of files in its place.
TEST_F(EvolveKill, GoesOnAfterAFullDisk) {
  if (std::system("unshare -rm sh -c 'mount -t tmpfs -o size=64k tmpfs /mnt' 2> /dev/null") != 0)
    GTEST_SKIP() << "no namespace with a disk of its own";
  ASSERT_EQ(evolve("whole", "2").code, 0);
  // From the first records of the journal to the last of the winner's files.
  for (const char* size : {"28k", "48k", "96k", "160k", "1m", "3m", "4m"}) {
    SCOPED_TRACE(size);
    fs::create_directories(folder_ / "disk");
    folder_.write("full.sh", fmt::format(R"(set -u
mount -t tmpfs -o size={0} tmpfs disk || exit 100
"{1}" evolve search.yaml --output disk/run --threads 2 --quiet > out 2> err; echo $? > code
mount -o remount,size=64m disk || exit 100
"{1}" evolve --resume disk/run --threads 2 --quiet > out 2> err2; echo $? > code2
rm -rf run; cp -r disk/run run
)",
                                         size, TSUGI_BINARY));
    const std::string command =
        fmt::format("cd {} && unshare -rm sh full.sh", (folder_ / "").parent_path().string());
    ASSERT_EQ(std::system(command.c_str()), 0);
    EXPECT_EQ(read_text(folder_ / "code"), "3\n") << read_text(folder_ / "err");
    EXPECT_THAT(read_text(folder_ / "err"), HasSubstr("go on with: tsugi evolve --resume disk/run"));
    EXPECT_EQ(read_text(folder_ / "code2"), "0\n") << read_text(folder_ / "err2");
    expect_same("run", "whole");
  }
}

}  // namespace
}  // namespace tsugi::tests
