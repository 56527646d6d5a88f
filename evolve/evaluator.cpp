// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <exception>
#include <new>

#include "eval/model/decoder.h"
#include "evolve/score_parts.h"
#include "merge/merge_in_memory.h"
#include "merge/parallel.h"
#include "merge/plan.h"

namespace tsugi::evolve {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// What a recipe says, whatever others call its result.
std::string unnamed_text(recipes::Recipe recipe) {
  recipe.name.clear();
  return recipes::to_yaml(recipe);
}

}  // namespace

/// Resident weights of one kind; candidates of one kind, whatever their depths, share it one after another.
struct Evaluator::Arena {
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
      if (same_kind && arena.weights->fit(model.shape)) return *arena.weights;
    }
    // Another kind takes the place of the old one: a lane never holds more memory than was planned for it.
    arenas.clear();
    arenas.push_back({.residence = residence,
                      .weights = std::make_unique<eval::ResidentWeights>(
                          *model.architecture, model.shape, residence.storage, residence.compute)});
    return *arenas.back().weights;
  }
};

Evaluator::Evaluator(const Exam& exam, const eval::Tokenizer& tokenizer, merge::CheckpointStore& store,
                     const Division& division, ExportPlace place)
    : exam_(&exam),
      tokenizer_(&tokenizer),
      store_(&store),
      cores_each_(division.cores_each),
      place_(std::move(place)) {
  for (std::size_t i = 0; i < division.lanes; ++i) lanes_.push_back(std::make_unique<Lane>());
}

Evaluator::~Evaluator() = default;

merge::MergePlan Evaluator::plan(const Subject& subject) {
  return plan(subject, merge::Concurrency::parallel, [] {});
}

merge::MergePlan Evaluator::plan(const Subject& subject, merge::Concurrency concurrency,
                                 const std::function<void()>& check) {
  if (subject.checkpoint) return merge::plan_copy(subject.checkpoint);
  std::map<std::string, std::shared_ptr<const merge::Checkpoint>> made;
  // Not under the lock: a thread that waits for its share of a merge may take up another subject.
  for (const recipes::Recipe& step : subject.earlier) made[step.name] = merged(step, concurrency, check);
  const std::lock_guard lock(planning_);
  const merge::LentModels lent(*store_, std::move(made));
  return merge::plan_merge(subject.recipe, *store_);
}

std::shared_ptr<const merge::Checkpoint> Evaluator::merged(const recipes::Recipe& recipe,
                                                           merge::Concurrency concurrency,
                                                           const std::function<void()>& check) {
  const auto found = kept_.find(unnamed_text(recipe));
  if (found != kept_.end()) return found->second;
  const merge::MergePlan merge_plan = plan({.checkpoint = nullptr, .recipe = recipe}, concurrency, check);
  return merge::merge_in_memory(
      merge_plan,
      {.concurrency = concurrency, .cache = &cache_, .progress = [&](std::uint64_t) { check(); }});
}

void Evaluator::keep(const recipes::Recipe& earlier) {
  kept_[unnamed_text(earlier)] = merged(earlier, merge::Concurrency::parallel, [] {});
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
    if (!subject.refused.empty()) throw Error(subject.refused);
    const merge::MergePlan merge_plan = plan(subject, concurrency, check);
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
  const merge::MergePlan merge_plan = plan(subject, merge::Concurrency::parallel, check);
  eval::ResidentWeights& weights = lanes_.front()->arena_for(merge_plan);
  try {
    fill(weights, merge_plan, merge::Concurrency::parallel, check);
  } catch (...) {
    weights.forget();
    throw;
  }
  use(eval::Decoder({&weights}, eval::plain_path(weights.shape().layers), workspaces_, check));
}

/// One call of evaluate(): what lanes and programs do side by side.
struct Evaluator::Round {
  std::span<const Subject> subjects;
  Measure measure;
  const Watch& watch;
  ScoreParts parts;
  std::vector<Score> scores{};
  std::atomic<bool> given_up{false};
  std::exception_ptr reason{};  ///< the first
  std::mutex finishing{};

  bool stops() const { return given_up || (watch.stop && watch.stop()); }

  // The others leave, too.
  void give_up(std::exception_ptr why) {
    const std::lock_guard lock(finishing);
    if (!given_up.exchange(true)) reason = std::move(why);
  }

  void finish(std::size_t i, Score score, eval::ModelResult answers) {
    scores[i] = std::move(score);
    if (watch.answered && scores[i].failure.empty()) watch.answered(i, std::move(answers));
    const std::lock_guard lock(finishing);
    if (watch.finished) watch.finished(i, scores[i]);
  }

  void deliver(std::size_t i, Score score, eval::ModelResult answers) {
    if (auto whole = parts.add_native(i, std::move(score), std::move(answers)))
      finish(i, std::move(whole->score), std::move(whole->answers));
  }
  void deliver(std::size_t i, OutsideScore score) {
    if (auto whole = parts.add_outside(i, std::move(score)))
      finish(i, std::move(whole->score), std::move(whole->answers));
  }
};

void Evaluator::run_lanes(Round& round, std::span<const std::size_t> items, const Watch& inner) {
  const std::size_t subjects = round.subjects.size();
  std::atomic<std::size_t> next{0};
  // The last round may have fewer subjects than lanes; idle threads then help those that work.
  const std::size_t full_rounds = subjects - subjects % lanes_.size();
  merge::parallel_for(std::min(lanes_.size(), subjects), [&](std::size_t lane) {
    try {
      for (std::size_t i = next++; i < subjects; i = next++) {
        const bool share = cores_each_ > 1 || i >= full_rounds;
        eval::ModelResult answers;
        Score score = evaluate_one(*lanes_[lane], round.subjects[i], items, round.measure,
                                   share ? merge::Concurrency::parallel : merge::Concurrency::serial, inner,
                                   round.watch.answered ? &answers : nullptr);
        // What a lane throws cancels the loops of the others without a word: their scores are then not whole.
        if (round.given_up) throw Interrupted("stopped");
        round.deliver(i, std::move(score), std::move(answers));
      }
    } catch (...) {
      round.give_up(std::current_exception());
      throw;
    }
  });
}

std::vector<Score> Evaluator::evaluate(std::span<const Subject> subjects, std::span<const std::size_t> items,
                                       Measure measure, const Watch& watch) {
  const bool sealed = std::any_of(items.begin(), items.end(), [&](std::size_t item) {
    return exam_->split.side[item] == eval::Side::test;
  });
  if (sealed && !exam_->opened) throw Error("items of the sealed test are asked before it is opened");
  Round round{.subjects = subjects,
              .measure = measure,
              .watch = watch,
              .parts = ScoreParts(*exam_, items, measure, subjects.size())};
  round.scores.resize(subjects.size());
  std::mutex telling;
  Watch inner;
  inner.stop = [&] { return round.stops(); };
  inner.progress = [&](std::size_t done) {
    const std::lock_guard lock(telling);
    if (watch.progress) watch.progress(done);
  };
  OutsideScoring programs(
      *exam_, place_,
      {.subjects = subjects,
       .items = round.parts.outside_items(),
       .plan = [&](const Subject& subject) { return plan(subject); },
       .stop = inner.stop,
       .progress = inner.progress,
       .deliver = [&](std::size_t i, OutsideScore score) { round.deliver(i, std::move(score)); },
       .give_up = [&](std::exception_ptr why) { round.give_up(std::move(why)); }});
  try {
    if (!round.parts.native_items().empty()) run_lanes(round, round.parts.native_items(), inner);
  } catch (...) {
    round.give_up(std::current_exception());
  }
  programs.join();
  if (round.reason) std::rethrow_exception(round.reason);
  return std::move(round.scores);
}

}  // namespace tsugi::evolve
