// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/outside_scoring.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <new>

#include "merge/export/folder_writer.h"
#include "merge/export/output_file.h"

namespace tsugi::evolve {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// As many at once as a task allows.
class Turns {
 public:
  explicit Turns(std::size_t most) : free_(most) {}
  void take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return free_ > 0; });
    --free_;
  }
  void give_back() {
    {
      const std::lock_guard lock(mutex_);
      ++free_;
    }
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t free_;
};

class Turn {
 public:
  explicit Turn(Turns& turns) : turns_(turns) { turns_.take(); }
  ~Turn() { turns_.give_back(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Turns& turns_;
};

/// The asked items of one task.
struct Questions {
  const ExamTask* task = nullptr;
  std::vector<const eval::Item*> items;
  std::unique_ptr<Turns> turns;
};

std::vector<Questions> questions_of(const Exam& exam, std::span<const std::size_t> items) {
  std::vector<Questions> all;
  for (const std::size_t item : items) {
    const ExamTask& task = exam.tasks[exam.items[item].task];
    if (all.empty() || all.back().task != &task)
      all.push_back({.task = &task, .items = {}, .turns = std::make_unique<Turns>(task.command->at_once)});
    all.back().items.push_back(&task.prepared.items[exam.items[item].position]);
  }
  return all;
}

}  // namespace

struct OutsideScoring::State {
  const ExportPlace& place;
  OutsideWork work;
  std::vector<Questions> questions;
  std::atomic<std::size_t> next{0};

  void run();
  OutsideScore ask(const Subject& subject);
  void write_model(const Subject& subject, const fs::path& model, const std::function<void()>& check) const;
  /// Adds up the seconds in which another subject had its turn.
  void ask_all(const fs::path& folder, const std::function<void()>& check, double& waited,
               OutsideScore& result);
};

// This thread is not of the pool: the pool's threads help it when they are free.
void OutsideScoring::State::write_model(const Subject& subject, const fs::path& model,
                                        const std::function<void()>& check) const {
  const merge::MergePlan plan = work.plan(subject);
  merge::FolderWriter writer(plan, model, {.manifest = false});
  merge::write_folder(plan, writer, {.progress = [&](std::uint64_t) { check(); }});
}

void OutsideScoring::State::ask_all(const fs::path& folder, const std::function<void()>& check,
                                    double& waited, OutsideScore& result) {
  for (const Questions& asked : questions) {
    const eval::CommandTask& task = *asked.task->command;
    const fs::path own = folder / fmt::format("task-{}", &asked - questions.data());
    fs::create_directory(own);
    const Clock::time_point before = Clock::now();
    const Turn turn(*asked.turns);
    waited += seconds_since(before);
    check();
    eval::CommandScores scores = eval::ask_command(task, folder / "model", asked.items, own, check);
    result.score.values.insert(result.score.values.end(), scores.values.begin(), scores.values.end());
    result.tasks.push_back({.name = task.name,
                            .metric = task.metric,
                            .filter = task.filter,
                            .values = std::move(scores.values),
                            .samples = std::move(scores.samples)});
    work.progress(asked.items.size());
  }
}

OutsideScore OutsideScoring::State::ask(const Subject& subject) {
  OutsideScore result;
  const Clock::time_point start = Clock::now();
  double waited = 0;
  const auto check = [&] {
    if (work.stop()) throw Interrupted("stopped");
    if (subject.time_limit && seconds_since(start) - waited > *subject.time_limit)
      throw Error(fmt::format("not finished within the time limit of {} s", *subject.time_limit));
  };
  try {
    check();
    if (!subject.refused.empty()) throw Error(subject.refused);
    const ScratchFolder folder(place.base);
    write_model(subject, folder.path() / "model", check);
    result.score.merge_seconds = seconds_since(start);
    const Clock::time_point written = Clock::now();
    ask_all(folder.path(), check, waited, result);
    result.score.score_seconds = seconds_since(written) - waited;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const merge::DiskFull&) {
    throw;
  } catch (const std::exception& error) {
    if (subject.needed) throw ScorerFailed(error.what());
    result.tasks.clear();
    result.score.values.clear();
    result.score.failure = error.what();
  }
  return result;
}

void OutsideScoring::State::run() {
  try {
    for (std::size_t i = next++; i < work.subjects.size(); i = next++) work.deliver(i, ask(work.subjects[i]));
  } catch (...) {
    work.give_up(std::current_exception());
  }
}

OutsideScoring::OutsideScoring(const Exam& exam, const ExportPlace& place, OutsideWork work)
    : state_(new State{place, std::move(work), {}}) {
  state_->questions = questions_of(exam, state_->work.items);
  std::size_t most = 0;
  for (const Questions& asked : state_->questions) most = std::max(most, asked.task->command->at_once);
  for (std::size_t i = 0; i < std::min(most, state_->work.subjects.size()); ++i)
    threads_.emplace_back([this] { state_->run(); });
}

OutsideScoring::~OutsideScoring() {
  join();
}

void OutsideScoring::join() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace tsugi::evolve
