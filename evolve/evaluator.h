// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Merges models into resident weights and scores them on an exam, several at once.
#pragma once

#include <cstddef>
#include <functional>
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
#include "evolve/planner.h"
#include "merge/checkpoint/checkpoint.h"
#include "merge/execute.h"
#include "recipes/recipe.h"

namespace tsugi::evolve {

/// What is to be scored: a checkpoint as it is, or else a recipe.
struct Subject {
  std::shared_ptr<const merge::Checkpoint> checkpoint;
  recipes::Recipe recipe;
  std::optional<double> time_limit{};  ///< seconds for merging and scoring; longer is a failure
};

struct Score {
  std::vector<double> values;  ///< in the order of the asked items; empty after a failure
  std::string failure;         ///< why there are none, or ""
  double merge_seconds = 0;
  double score_seconds = 0;
};

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
  /// The references must outlive the evaluator. `lanes` arenas are made when first used and kept.
  Evaluator(const Exam& exam, const eval::Tokenizer& tokenizer, merge::CheckpointStore& store,
            const Division& division);
  ~Evaluator();

  /// Scores each subject on `items` (ascending). A failure becomes that subject's Score::failure. Throws
  /// Interrupted when watch.stop says so, std::bad_alloc (which is no subject's fault) and what
  /// watch.answered and watch.finished throw, a moment later for the time that each thread's step takes.
  /// Throws Error for items of the sealed test before open_sealed.
  std::vector<Score> evaluate(std::span<const Subject> subjects, std::span<const std::size_t> items,
                              Measure measure, const Watch& watch = {});

  /// Merges a subject and lends its decoder. Throws what merging and `use` throw, and Interrupted when
  /// `stop`, which is asked often, from any thread, says so.
  void with_decoder(const Subject& subject, const std::function<bool()>& stop,
                    const std::function<void(const eval::Decoder&)>& use);

  /// The plan of a subject. Throws what planning throws.
  merge::MergePlan plan(const Subject& subject);

 private:
  struct Arena;
  struct Lane;

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

  const Exam* exam_;
  const eval::Tokenizer* tokenizer_;
  merge::CheckpointStore* store_;
  std::mutex planning_;  ///< a CheckpointStore is not thread-safe
  merge::ReductionCache cache_;
  std::size_t cores_each_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::shared_ptr<eval::Workspaces> workspaces_ = std::make_shared<eval::Workspaces>();
};

}  // namespace tsugi::evolve
