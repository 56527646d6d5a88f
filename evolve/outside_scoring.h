// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Tasks with `scorer: command`: each model is written to a folder, the programs are asked, the folder is
// removed.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "eval/results/results.h"
#include "evolve/exam.h"
#include "evolve/export_place.h"
#include "evolve/score.h"
#include "merge/plan.h"

namespace tsugi::evolve {

/// What the programs said of one subject.
struct OutsideScore {
  Score score;
  std::vector<eval::OutsideTask> tasks;  ///< for the run's samples; empty after a failure
};

/// What is asked.
struct OutsideWork {
  std::span<const Subject> subjects;
  std::span<const std::size_t> items;                      ///< of tasks with a command, ascending
  std::function<merge::MergePlan(const Subject&)> plan;    ///< called from any thread
  std::function<bool()> stop;                              ///< asked often, from any thread
  std::function<void(std::size_t)> progress;               ///< further items done; from any thread
  std::function<void(std::size_t, OutsideScore)> deliver;  ///< by the subject's position; from any thread
  std::function<void(std::exception_ptr)> give_up;         ///< what ends the work; from any thread
};

/// Threads that write models and wait for programs, beside those of the pool: as many as `at_once` of the
/// tasks allows, at most one for each subject. A subject that a program fails on is delivered with its
/// failure; one that a run cannot do without gives up with ScorerFailed.
class OutsideScoring {
 public:
  /// The references must outlive this.
  OutsideScoring(const Exam& exam, const ExportPlace& place, OutsideWork work);
  /// Waits; programs end soon when `stop` says so.
  ~OutsideScoring();
  OutsideScoring(const OutsideScoring&) = delete;
  OutsideScoring& operator=(const OutsideScoring&) = delete;

  void join();

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::vector<std::thread> threads_;
};

}  // namespace tsugi::evolve
