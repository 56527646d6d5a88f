// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Runs of `tsugi evolve` whose tasks are scored by programs, good and bad ones.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "evolve/archive.h"
#include "evolve/record_file.h"
#include "evolve/run_folder.h"
#include "tests/support/evolve_program.h"
#include "tests/support/processes.h"

namespace tsugi::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kSearch = R"(
genome:
  merge_method: task_arithmetic
  base_model: base
  models: [math, ja]
  ranges: {weight: {low: -0.5, high: 2.0, start: 0.5}}
  dtype: bfloat16
tasks:
  - name: mine
    scorer: command
    command: [sh, score.sh, "{model}", "{items}", "{output}"]
    items: items/math_ja.jsonl
    time_limit: 120
export_to: exports
limit: 60
evaluations: 6
seed: 3
)";

// A value for each item that depends on weights and item alone. Calls are counted in the folder calls, and
// what a file `when-N` says is done before the N-th.
constexpr const char* kScore = R"sh(
n=1; until mkdir calls/$n 2>/dev/null; do n=$((n + 1)); done
cp "$2" calls/$n/items.jsonl
if [ -f when-$n ]; then . ./when-$n; fi
if [ -f always ]; then . ./always; fi
sum=$(cksum < "$1/model.safetensors" | cut -d ' ' -f 1)
sed 's/.*"id":"\([^"]*\)".*/\1/' "$2" | awk -v s="$sum" '
  BEGIN { printf "{\"items\": {" }
  { v = (s + 7919 * substr($0, 9)) % 1000 / 1000; printf "%s\"%s\": %s", (NR > 1 ? ", " : ""), $0, v }
  END { print "}}" }' > "$3"
)sh";

class EvolveCommand : public EvolveProgram {
 protected:
  EvolveCommand() {
    folder_.write("search.yaml", kSearch);
    folder_.write("score.sh", kScore);
    fs::create_directory(folder_ / "exports");
    fs::create_directory(folder_ / "calls");
  }
  ~EvolveCommand() override {
    EXPECT_TRUE(fs::is_empty(folder_ / "exports"));
    EXPECT_EQ(processes_with(folder_.path().string()), 0);  // every program has a path of the folder
    EXPECT_EQ(processes_with(marked_seconds(1)), 0);
  }

  evolve::Archive archive(const std::string& run) {
    return evolve::read_archive(folder_ / run / "archive.h5");
  }

  std::size_t calls() const {
    const fs::directory_iterator entries(folder_ / "calls");
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
  }

  void forget_calls() {
    fs::remove_all(folder_ / "calls");
    fs::create_directory(folder_ / "calls");
  }

  void expect_same(const std::string& one, const std::string& other) {
    for (const evolve::Record& record : archive(one).records) EXPECT_EQ(record.failure, "");
    for (const char* file : {"archive.h5", "result.json", "winner.yaml", "winner/model.safetensors"}) {
      EXPECT_TRUE(read_text(folder_ / one / file) == read_text(folder_ / other / file)) << file;
      EXPECT_FALSE(read_text(folder_ / one / file).empty()) << file;
    }
  }
};

TEST_F(EvolveCommand, AProgramScoresAWholeRun) {
  const Finished run = run_program({"evolve", "search.yaml", "--output", "run"}, folder_.path());
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("task 'mine' is scored by"));
  EXPECT_THAT(run.err, HasSubstr("models for programs of yours are written to exports"));
  const evolve::Archive seen = archive("run");
  // As many items a side as were asked, and no sealed one before the last calls: parents, baselines, winner.
  std::set<std::string> sealed;
  for (const evolve::ArchiveItem& item : seen.items) {
    if (item.side == eval::Side::test) sealed.insert(item.id.substr(5));
  }
  ASSERT_GT(sealed.size(), 10U);
  std::size_t last = 0;
  for (std::size_t call = 1; call <= calls(); ++call) {
    const std::string items = read_text(folder_ / fmt::format("calls/{}/items.jsonl", call));
    const auto asks = [&](const std::string& id) { return items.find(id) != std::string::npos; };
    const auto asked = std::count_if(sealed.begin(), sealed.end(), asks);
    EXPECT_TRUE(asked == 0 || asked == static_cast<long>(sealed.size())) << call;
    if (asked > 0 && last == 0) last = call;
    EXPECT_EQ(asked > 0, last > 0) << call;
  }
  EXPECT_EQ(calls() - last + 1, 3U + 4U + 1U);
  EXPECT_THAT(read_text(folder_ / "run/samples/math/samples_mine.jsonl"), HasSubstr("\"acc\":0."));
  EXPECT_EQ(run_program({"report", "run"}, folder_.path()).code, 0);
  EXPECT_EQ(run_program({"compare", "run/samples/math/results.json", "run/samples/evolved/results.json"},
                        folder_.path())
                .code,
            0);
}

TEST_F(EvolveCommand, StandsBesideNativeTasksInOneFitness) {
  folder_.write("search.yaml",
                replaced(std::string(kSearch), "export_to:",
                         "  - {name: pocket_math_ja, weight: 2, metric: \"exact_match,last-number\"}\n"
                         "include_path: tasks\nexport_to:"));
  ASSERT_EQ(evolve("one", "1").code, 0);
  forget_calls();
  ASSERT_EQ(evolve("two", "2").code, 0);
  expect_same("one", "two");
  const evolve::Archive seen = archive("one");
  for (const evolve::Record& record : seen.records) {
    double sums[2] = {0, 0};
    double counts[2] = {0, 0};
    for (std::size_t i = 0; i < seen.items.size(); ++i) {
      if (seen.items[i].side != eval::Side::search) continue;
      const std::size_t task = seen.items[i].task == "mine" ? 0 : 1;
      sums[task] += record.scores[i];
      ++counts[task];
    }
    EXPECT_NEAR(record.fitness.value(), sums[0] / counts[0] + 2 * (sums[1] / counts[1]), 1e-12);
  }
}

// Call 8 is the first of the optimizer's candidates, after three parents and four baselines; the start is one
// of these.
TEST_F(EvolveCommand, ABadCallIsOneBadCandidate) {
  folder_.write("search.yaml", replaced(std::string(kSearch), "time_limit: 120", "time_limit: 5"));
  folder_.write("when-8", "echo something broke >&2; exit 3");
  folder_.write("when-9", "echo garbage > \"$3\"; exit 0");
  folder_.write("when-10", "echo '{\"items\": {\"math_ja-0001\": NaN}}' > \"$3\"; exit 0");
  folder_.write("when-11", "echo '{\"items\": {}}' > \"$3\"; exit 0");
  folder_.write("when-12", "kill -SEGV $$");
  folder_.write("when-13", "sleep " + marked_seconds(1));
  folder_.write("always", "setsid sleep " + marked_seconds(1) + " & (sleep " + marked_seconds(1) + " &)");
  const Finished run = evolve("run", "1");
  ASSERT_EQ(run.code, 0) << run.err;
  const evolve::Archive seen = archive("run");
  const std::vector<std::string> expected = {"sh ended with exit code 3; it said: something broke",
                                             "its output is no JSON object",
                                             "its output is no JSON object",
                                             "it gave no value for",
                                             "sh was ended by signal 11",
                                             "sh did not finish within its time limit of 5 s"};
  ASSERT_GE(seen.records.size(), 8 + expected.size());
  for (std::size_t i = 0; i < seen.records.size(); ++i) {
    const bool bad = i >= 8 && i < 8 + expected.size();
    EXPECT_THAT(seen.records[i].failure, bad ? HasSubstr(expected[i - 8]) : HasSubstr("")) << i;
    EXPECT_EQ(seen.records[i].fitness.has_value(), !bad) << i;
  }
}

TEST_F(EvolveCommand, WhatARunCannotDoWithoutStopsItResumable) {
  ASSERT_EQ(evolve("whole", "1").code, 0);
  const std::size_t all = calls();
  for (const std::size_t call : {std::size_t{2}, all}) {  // a parent, the sealed test's last
    forget_calls();
    const std::string file = fmt::format("when-{}", call);
    folder_.write(file, "exit 3");
    const std::string run = fmt::format("run{}", call);
    const Finished stopped = evolve(run, "1");
    EXPECT_EQ(stopped.code, 3);
    EXPECT_THAT(stopped.err, HasSubstr("task 'mine': sh ended with exit code 3; it said nothing; "));
    EXPECT_THAT(stopped.err, HasSubstr("go on with: tsugi evolve --resume " + run));
    EXPECT_EQ(calls(), call);
    fs::remove(folder_ / file);
    EXPECT_EQ(resume(run, "1").code, 0);
    EXPECT_EQ(calls(), all + 1);  // nothing that was recorded is asked again
    expect_same(run, "whole");
  }
}

TEST_F(EvolveCommand, KilledAtAnyMomentItGoesOnToTheSameResult) {
  ASSERT_EQ(evolve("whole", "2").code, 0);
  const std::size_t all = calls();
  folder_.write("always", "setsid sleep " + marked_seconds(1) + " & sleep 0.1");
  for (const std::size_t call : {std::size_t{2}, all / 2, all}) {
    forget_calls();
    const std::string run = fmt::format("run{}", call);
    const Finished killed = evolve(run, "2", {.kill_when = [&] { return calls() >= call; }});
    ASSERT_EQ(killed.code, 128 + SIGKILL);
    EXPECT_TRUE(comes_to(0, folder_.path().string()));
    EXPECT_TRUE(comes_to(0, marked_seconds(1)));
    ASSERT_EQ(resume(run, "1").code, 0);
    EXPECT_TRUE(fs::is_empty(folder_ / "exports"));
    expect_same(run, "whole");
  }
}

TEST_F(EvolveCommand, AStopEndsProgramsAtOnce) {
  folder_.write("when-3",
                "trap '' TERM; setsid sleep " + marked_seconds(1) + " & sleep " + marked_seconds(1));
  std::chrono::steady_clock::time_point asked;
  const Finished stopped = evolve("run", "2",
                                  {.kill_when =
                                       [&] {
                                         asked = std::chrono::steady_clock::now();
                                         return calls() >= 3 && processes_with(marked_seconds(1)) >= 2;
                                       },
                                   .signal = SIGINT});
  EXPECT_EQ(stopped.code, 3) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("stopped as asked; 2 evaluations are recorded"));
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(10));
}

TEST_F(EvolveCommand, AsManyRunAtOnceAsAllowed) {
  folder_.write("search.yaml", replaced(std::string(kSearch), "time_limit: 120", "at_once: 3"));
  // Each takes the first free place of many; the highest number that was ever taken is how many there were.
  folder_.write("always",
                "p=1; until mkdir place-$p 2>/dev/null; do p=$((p + 1)); done; mkdir -p seen-$p; sleep 0.3; "
                "rmdir place-$p");
  const Finished run = evolve("run", "1");
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_TRUE(fs::exists(folder_ / "seen-3"));
  EXPECT_FALSE(fs::exists(folder_ / "seen-4"));
}

TEST_F(EvolveCommand, AnotherScriptIsNoticed) {
  folder_.write("when-5", "exit 3");
  folder_.write("when-2", "exit 3");
  ASSERT_EQ(evolve("run", "1").code, 3);
  folder_.write("score.sh", std::string(kScore) + "# changed\n");
  const Finished other = resume("run", "1");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("the SHA-256 of file score.sh was "));
}

TEST_F(EvolveCommand, WhatCannotWorkIsSaidBeforehand) {
  const auto refused = [&](const std::string& from, const std::string& to) {
    folder_.write("search.yaml", replaced(std::string(kSearch), from, to));
    const Finished run = evolve("run", "1");
    EXPECT_EQ(run.code, 2) << run.err;
    return run.err;
  };
  EXPECT_THAT(refused("[sh, score.sh", "[no-such-program"),
              HasSubstr("search.yaml:11:14: the program 'no-such-program' is not in PATH"));
  EXPECT_THAT(refused("limit: 60", "limit: 60\nfitness: loglikelihood"),
              HasSubstr("task 'mine' is scored by a program, which gives no log-likelihoods"));
  EXPECT_THAT(refused("export_to: exports", "export_to: elsewhere"),
              HasSubstr("export_to: 'elsewhere' is no folder that can be written"));
  EXPECT_THAT(refused("items/math_ja.jsonl", "items/none.jsonl"),
              HasSubstr("there is no file 'items/none.jsonl'"));
  EXPECT_FALSE(fs::exists(evolve::partial_of(folder_ / "run")));
}

}  // namespace
}  // namespace tsugi::tests
