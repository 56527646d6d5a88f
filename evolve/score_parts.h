// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Which items tsugi asks itself and which programs of the user's, and the two put together again.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "eval/results/results.h"
#include "evolve/exam.h"
#include "evolve/outside_scoring.h"
#include "evolve/score.h"

namespace tsugi::evolve {

/// The add functions are safe from several threads.
class ScoreParts {
 public:
  /// `items` ascending. Likelihoods are asked of no program.
  ScoreParts(const Exam& exam, std::span<const std::size_t> items, Measure measure, std::size_t subjects);

  std::span<const std::size_t> native_items() const { return native_; }
  std::span<const std::size_t> outside_items() const { return outside_; }

  struct Whole {
    Score score;
    eval::ModelResult answers;
  };
  /// The whole of a subject with its last part. Of two failures the one of tsugi's own counts.
  std::optional<Whole> add_native(std::size_t subject, Score score, eval::ModelResult answers);
  std::optional<Whole> add_outside(std::size_t subject, OutsideScore score);

 private:
  struct Parts {
    std::optional<Whole> native;
    std::optional<OutsideScore> outside;
  };
  std::optional<Whole> whole_of(Parts& parts) const;

  std::vector<std::size_t> items_;
  std::vector<std::size_t> native_;
  std::vector<std::size_t> outside_;
  std::mutex mutex_;
  std::vector<Parts> parts_;  ///< [subject]
};

}  // namespace tsugi::evolve
