// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Merges models into resident weights and scores them on an exam, several at once.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "eval/model/load.h"
#include "eval/model/workspace.h"
#include "eval/results/results.h"
#include "evolve/exam.h"
#include "evolve/outside_scoring.h"
#include "evolve/planner.h"
#include "evolve/score.h"
#include "merge/checkpoint/checkpoint.h"
#include "merge/execute.h"
#include "recipes/recipe.h"

namespace tsugi::evolve {

/// What goes on while subjects are scored; all of it optional, called from any thread.
struct Watch {
  /// Told of further items done, one call at a time.
  std::function<void(std::size_t)> progress{};
  /// Handed what a subject answered, by its position, before its score: tasks, arithmetic and dtype are set.
  /// Only where the tasks' own metric is asked for. What it throws ends the evaluation.
  std::function<void(std::size_t, eval::ModelResult)> answered{};
  /// Handed each score as it comes, with the subject's position, one call at a time. What it throws ends the
  /// evaluation.
  std::function<void(std::size_t, const Score&)> finished{};
  /// Asked often: true gives everything up that is not finished.
  std::function<bool()> stop{};
};

/// Not thread-safe from outside; uses the threads of the surrounding pool inside.
class Evaluator {
 public:
  /// The references must outlive the evaluator. `lanes` arenas are made when first used and kept. `place` is
  /// where models are written for tasks with a program; an exam without such tasks needs none.
  Evaluator(const Exam& exam, const eval::Tokenizer& tokenizer, merge::CheckpointStore& store,
            const Division& division, ExportPlace place = {});
  ~Evaluator();

  /// Scores each subject on `items` (ascending). A failure becomes that subject's Score::failure. Throws
  /// Interrupted when watch.stop says so, std::bad_alloc (which is no subject's fault) and what
  /// watch.answered and watch.finished throw, a moment later for the time that each thread's step takes.
  /// Throws Error for items of the sealed test before open_sealed. Tasks with a program are asked beside the
  /// others, by threads of their own; throws ScorerFailed and DiskFull for what ends a run there.
  std::vector<Score> evaluate(std::span<const Subject> subjects, std::span<const std::size_t> items,
                              Measure measure, const Watch& watch = {});

  /// Merges a subject and lends its decoder. Throws what merging and `use` throw, and Interrupted when
  /// `stop`, which is asked often, from any thread, says so.
  void with_decoder(const Subject& subject, const std::function<bool()>& stop,
                    const std::function<void(const eval::Decoder&)>& use);

  /// The plan of a subject. What its recipe names is merged for it. Throws what planning and merging throw.
  merge::MergePlan plan(const Subject& subject);

  /// Merges what further subjects have among their earlier merges, and keeps it. Not while subjects are
  /// scored.
  void keep(const recipes::Recipe& earlier);

 private:
  struct Arena;
  struct Lane;

  merge::MergePlan plan(const Subject& subject, merge::Concurrency concurrency,
                        const std::function<void()>& check);
  std::shared_ptr<const merge::Checkpoint> merged(const recipes::Recipe& recipe,
                                                  merge::Concurrency concurrency,
                                                  const std::function<void()>& check);
  void fill(eval::ResidentWeights& weights, const merge::MergePlan& merge_plan,
            merge::Concurrency concurrency, const std::function<void()>& check);
  Score evaluate_one(Lane& lane, const Subject& subject, std::span<const std::size_t> items, Measure measure,
                     merge::Concurrency concurrency, const Watch& watch, eval::ModelResult* answers);
  std::vector<double> score_task(const eval::Decoder& decoder, const ExamTask& task,
                                 std::span<const std::size_t> positions, Measure measure,
                                 merge::Concurrency concurrency,
                                 const std::function<void(std::size_t)>& progress,
                                 eval::ModelResult* answers);
  std::vector<double> score_items(const eval::Decoder& decoder, std::span<const std::size_t> items,
                                  Measure measure, merge::Concurrency concurrency,
                                  const std::function<void(std::size_t)>& progress,
                                  eval::ModelResult* answers);

  struct Round;
  void run_lanes(Round& round, std::span<const std::size_t> items, const Watch& inner);

  const Exam* exam_;
  const eval::Tokenizer* tokenizer_;
  merge::CheckpointStore* store_;
  std::mutex planning_;  ///< a CheckpointStore is not thread-safe
  std::map<std::string, std::shared_ptr<const merge::Checkpoint>> kept_;  ///< by recipe
  merge::ReductionCache cache_;
  std::size_t cores_each_;
  ExportPlace place_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::shared_ptr<eval::Workspaces> workspaces_ = std::make_shared<eval::Workspaces>();
};

}  // namespace tsugi::evolve
