// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <new>

#include "eval/model/decoder.h"
#include "merge/parallel.h"
#include "merge/plan.h"

namespace tsugi::evolve {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

/// Resident weights of one kind; candidates of one kind share it one after another.
struct Evaluator::Arena {
  eval::ModelShape shape;
  eval::Residence residence;
  std::unique_ptr<eval::ResidentWeights> weights;
};

struct Evaluator::Lane {
  std::vector<Arena> arenas;

  eval::ResidentWeights& arena_for(const merge::MergePlan& plan) {
    const eval::PlannedModel model = eval::describe_model(plan);
    const eval::Residence residence = eval::choose_residence(plan, std::nullopt);
    for (Arena& arena : arenas) {
      const bool same_kind =
          arena.residence.storage == residence.storage && arena.residence.compute == residence.compute;
      if (arena.shape == model.shape && same_kind) return *arena.weights;
    }
    // Another kind takes the place of the old one: a lane never holds more memory than was planned for it.
    arenas.clear();
    arenas.push_back({.shape = model.shape,
                      .residence = residence,
                      .weights = std::make_unique<eval::ResidentWeights>(
                          *model.architecture, model.shape, residence.storage, residence.compute)});
    return *arenas.back().weights;
  }
};

Evaluator::Evaluator(const Exam& exam, const eval::Tokenizer& tokenizer, merge::CheckpointStore& store,
                     const Division& division)
    : exam_(&exam), tokenizer_(&tokenizer), store_(&store), cores_each_(division.cores_each) {
  for (std::size_t i = 0; i < division.lanes; ++i) lanes_.push_back(std::make_unique<Lane>());
}

Evaluator::~Evaluator() = default;

merge::MergePlan Evaluator::plan(const Subject& subject) {
  if (subject.checkpoint) return merge::plan_copy(subject.checkpoint);
  const std::lock_guard lock(planning_);
  return merge::plan_merge(subject.recipe, *store_);
}

std::vector<double> Evaluator::score_task(const eval::Decoder& decoder, const ExamTask& task,
                                          std::span<const std::size_t> positions, Measure measure,
                                          merge::Concurrency concurrency,
                                          const std::function<void(std::size_t)>& progress,
                                          eval::ModelResult* answers) {
  if (measure == Measure::likelihood) {
    std::vector<double> values = eval::score_references(decoder, task.references, positions, concurrency);
    progress(positions.size());
    return values;
  }
  eval::TaskScores scores =
      eval::score(decoder, *tokenizer_, task.prepared, positions, concurrency, progress);
  const auto column = std::find_if(scores.columns.begin(), scores.columns.end(),
                                   [&](const eval::MetricColumn& c) { return c.name() == task.column; });
  if (column == scores.columns.end())
    throw Error(fmt::format("task '{}' gave no '{}'", task.prepared.task.name, task.column));
  std::vector<double> values = column->values;
  if (answers != nullptr)
    answers->tasks.push_back(eval::task_result(task.prepared, {positions.begin(), positions.end()},
                                               std::move(scores), task.shots));
  return values;
}

std::vector<double> Evaluator::score_items(const eval::Decoder& decoder, std::span<const std::size_t> items,
                                           Measure measure, merge::Concurrency concurrency,
                                           const std::function<void(std::size_t)>& progress,
                                           eval::ModelResult* answers) {
  std::vector<double> values;
  for (std::size_t begin = 0; begin < items.size();) {
    const std::size_t number = exam_->items[items[begin]].task;
    std::vector<std::size_t> positions;
    std::size_t end = begin;
    for (; end < items.size() && exam_->items[items[end]].task == number; ++end) {
      positions.push_back(exam_->items[items[end]].position);
    }
    const std::vector<double> part =
        score_task(decoder, exam_->tasks[number], positions, measure, concurrency, progress, answers);
    values.insert(values.end(), part.begin(), part.end());
    begin = end;
  }
  if (!std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); })) {
    throw Error("a score is not a finite number");
  }
  return values;
}

void Evaluator::fill(eval::ResidentWeights& weights, const merge::MergePlan& merge_plan,
                     merge::Concurrency concurrency, const std::function<void()>& check) {
  merge::execute(merge_plan, weights,
                 {.concurrency = concurrency, .cache = &cache_, .progress = [&](std::uint64_t) { check(); }});
  weights.check_complete();
}

Score Evaluator::evaluate_one(Lane& lane, const Subject& subject, std::span<const std::size_t> items,
                              Measure measure, merge::Concurrency concurrency, const Watch& watch,
                              eval::ModelResult* answers) {
  Score result;
  eval::ResidentWeights* weights = nullptr;
  const Clock::time_point start = Clock::now();
  const auto check = [&] {
    if (watch.stop()) throw Interrupted("stopped");
    if (subject.time_limit && seconds_since(start) > *subject.time_limit)
      throw Error(fmt::format("not finished within the time limit of {} s", *subject.time_limit));
  };
  try {
    check();
    const merge::MergePlan merge_plan = plan(subject);
    weights = &lane.arena_for(merge_plan);
    fill(*weights, merge_plan, concurrency, check);
    result.merge_seconds = seconds_since(start);
    const Clock::time_point merged = Clock::now();
    const eval::Decoder decoder({weights}, eval::plain_path(weights->shape().layers), workspaces_, check);
    if (answers != nullptr) {
      const eval::Residence residence = eval::choose_residence(merge_plan, std::nullopt);
      answers->arithmetic = eval::describe_compute(residence.compute, residence.storage);
      answers->dtype = recipe_name(residence.storage);
    }
    result.values = score_items(decoder, items, measure, concurrency, watch.progress, answers);
    result.score_seconds = seconds_since(merged);
    return result;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    result.values.clear();
    result.failure = error.what();
    if (result.failure.empty()) result.failure = "failed without saying why";
    if (weights != nullptr) weights->forget();
  }
  return result;
}

void Evaluator::with_decoder(const Subject& subject, const std::function<bool()>& stop,
                             const std::function<void(const eval::Decoder&)>& use) {
  const auto check = [&] {
    if (stop && stop()) throw Interrupted("stopped");
  };
  const merge::MergePlan merge_plan = plan(subject);
  eval::ResidentWeights& weights = lanes_.front()->arena_for(merge_plan);
  try {
    fill(weights, merge_plan, merge::Concurrency::parallel, check);
  } catch (...) {
    weights.forget();
    throw;
  }
  use(eval::Decoder({&weights}, eval::plain_path(weights.shape().layers), workspaces_, check));
}

std::vector<Score> Evaluator::evaluate(std::span<const Subject> subjects, std::span<const std::size_t> items,
                                       Measure measure, const Watch& watch) {
  const bool sealed = std::any_of(items.begin(), items.end(), [&](std::size_t item) {
    return exam_->split.side[item] == eval::Side::test;
  });
  if (sealed && !exam_->opened) throw Error("items of the sealed test are asked before it is opened");
  std::vector<Score> scores(subjects.size());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> given_up{false};
  std::mutex telling;
  std::mutex finishing;
  Watch inner;
  inner.stop = [&] { return given_up || (watch.stop && watch.stop()); };
  inner.progress = [&](std::size_t done) {
    const std::lock_guard lock(telling);
    if (watch.progress) watch.progress(done);
  };
  // The last round may have fewer subjects than lanes; idle threads then help those that work.
  const std::size_t full_rounds = subjects.size() - subjects.size() % lanes_.size();
  const std::size_t lanes = std::min(lanes_.size(), subjects.size());
  merge::parallel_for(lanes, [&](std::size_t lane) {
    try {
      for (std::size_t i = next++; i < subjects.size(); i = next++) {
        const bool share = cores_each_ > 1 || i >= full_rounds;
        eval::ModelResult answers;
        scores[i] = evaluate_one(*lanes_[lane], subjects[i], items, measure,
                                 share ? merge::Concurrency::parallel : merge::Concurrency::serial, inner,
                                 watch.answered ? &answers : nullptr);
        // What a lane throws cancels the loops of the others without a word: their scores are then not whole.
        if (given_up) throw Interrupted("stopped");
        if (watch.answered && scores[i].failure.empty()) watch.answered(i, std::move(answers));
        const std::lock_guard lock(finishing);
        if (watch.finished) watch.finished(i, scores[i]);
      }
    } catch (...) {
      given_up = true;  // the other lanes leave too
      throw;
    }
  });
  return scores;
}

}  // namespace tsugi::evolve
