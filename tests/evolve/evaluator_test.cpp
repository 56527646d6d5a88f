// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/evaluator.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>

#include "evolve/workbench.h"
#include "merge/parallel.h"
#include "recipes/error.h"
#include "tests/support/pocket_search.h"

namespace tsugi::evolve {
namespace {

// A lane that stops cancels the loops that the others have begun, which then end early and silently. Three
// subjects on two lanes: while the second is scored by one thread, the third shares its work with others.
TEST(Evaluator, NothingIsFinishedThatWasGivenUp) {
  merge::ThreadPool pool(2);
  pool.run([] {
    const auto bench = prepare_search(tests::pocket_spec(tests::kPocketSearch), {.threads = 2});
    ASSERT_EQ(bench->division.lanes, 2U);
    Evaluator evaluator(bench->exam, *bench->tokenizer, bench->store, bench->division);
    std::vector<std::size_t> items = items_of(bench->exam, eval::Side::search);
    items.resize(3);  // every moment is tried
    std::vector<Subject> subjects;
    for (const Parent& parent : bench->parents) subjects.push_back({parent.checkpoint, {}});
    ASSERT_EQ(subjects.size(), 3U);
    const std::vector<Score> whole = evaluator.evaluate(subjects, items, Measure::metric);
    int stopped = 0;
    for (int moment = 0;; ++moment) {
      SCOPED_TRACE(moment);
      std::atomic<int> asked = 0;
      std::map<std::size_t, Score> finished;
      Watch watch;
      watch.finished = [&](std::size_t i, const Score& score) { finished[i] = score; };
      watch.stop = [&] { return ++asked > moment; };
      bool ended = true;
      try {
        evaluator.evaluate(subjects, items, Measure::metric, watch);
      } catch (const Interrupted&) {
        ended = false;
        ++stopped;
      }
      for (const auto& [i, score] : finished) {
        EXPECT_EQ(score.failure, "");
        EXPECT_EQ(score.values, whole[i].values) << i;
      }
      if (ended) break;
    }
    EXPECT_GT(stopped, 50);  // each step of each thread asks
  });
}

}  // namespace
}  // namespace tsugi::evolve
