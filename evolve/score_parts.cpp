// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/score_parts.h"

#include <algorithm>

namespace tsugi::evolve {

ScoreParts::ScoreParts(const Exam& exam, std::span<const std::size_t> items, Measure measure,
                       std::size_t subjects)
    : items_(items.begin(), items.end()), parts_(subjects) {
  for (const std::size_t item : items) {
    const bool program = measure == Measure::metric && exam.tasks[exam.items[item].task].command;
    (program ? outside_ : native_).push_back(item);
  }
}

std::optional<ScoreParts::Whole> ScoreParts::add_native(std::size_t subject, Score score,
                                                        eval::ModelResult answers) {
  const std::lock_guard lock(mutex_);
  parts_[subject].native = Whole{std::move(score), std::move(answers)};
  return whole_of(parts_[subject]);
}

std::optional<ScoreParts::Whole> ScoreParts::add_outside(std::size_t subject, OutsideScore score) {
  const std::lock_guard lock(mutex_);
  parts_[subject].outside = std::move(score);
  return whole_of(parts_[subject]);
}

std::optional<ScoreParts::Whole> ScoreParts::whole_of(Parts& parts) const {
  if (outside_.empty()) return std::move(parts.native);
  if (!parts.outside || (!parts.native && !native_.empty())) return std::nullopt;
  Whole whole = parts.native ? std::move(*parts.native) : Whole{};
  Score& score = whole.score;
  score.merge_seconds += parts.outside->score.merge_seconds;
  score.score_seconds += parts.outside->score.score_seconds;
  if (score.failure.empty()) score.failure = parts.outside->score.failure;
  whole.answers.outside = std::move(parts.outside->tasks);
  if (!score.failure.empty()) {
    score.values.clear();
    return whole;
  }
  const std::vector<double> own = std::move(score.values);
  const std::vector<double>& programs = parts.outside->score.values;
  score.values.clear();
  std::size_t own_next = 0;
  std::size_t program_next = 0;
  for (const std::size_t item : items_) {
    const bool is_own = std::binary_search(native_.begin(), native_.end(), item);
    score.values.push_back(is_own ? own[own_next++] : programs[program_next++]);
  }
  return whole;
}

}  // namespace tsugi::evolve
