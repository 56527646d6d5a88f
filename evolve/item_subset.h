// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A subset of the search items that stands for all of them, and what its answers say about all (irt.h).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "evolve/archive.h"
#include "evolve/exam.h"
#include "evolve/irt.h"
#include "recipes/search_items.h"

namespace tsugi::evolve {

/// One model over the items of all tasks; anchors, and the mean's estimate, for each task. A plain value.
class ItemSubset {
 public:
  /// Fits on the candidates that have answered every search item, each recipe once. Each task has a share of
  /// the subset by its items, one at least. Throws InputError at the search file's `items:` when a score is
  /// not from 0 to 1, or fewer than ten candidates have answered everything. Uses nothing but the archive's
  /// scores.
  ItemSubset(const recipes::ItemsSpec& spec, const Exam& exam, const Archive& archive);

  /// Ascending, positions in the exam.
  const std::vector<std::size_t>& items() const { return items_; }
  /// Estimated fitness of a candidate that has answered them.
  double fitness(const Record& record) const;
  /// Mean absolute error of the fitness over candidates that the model and the subset were not chosen by:
  /// five times a fifth of the merges was left out.
  double error() const { return error_; }

 private:
  struct TaskPart {
    double weight = 1;
    std::vector<std::size_t> among;  ///< positions among the search items
    Anchors anchors;
    double share = 0;  ///< of the anchors' mean in the estimate
  };
  struct Fitted {
    IrtModel model;
    Responses parents;  ///< abilities
    std::vector<TaskPart> tasks;
  };

  Fitted fit(const Exam& exam, const Responses& rows, std::size_t parents) const;
  double estimate(const Fitted& fitted, const TaskPart& part, const std::vector<double>& row, bool mix) const;
  double total(const Fitted& fitted, const std::vector<double>& row) const;
  void validate(const Exam& exam, const Responses& rows, std::size_t parents);

  recipes::ItemsSpec spec_;
  std::vector<std::size_t> search_;  ///< all items of the search side
  std::vector<std::size_t> items_;
  Fitted fitted_;
  double error_ = 0;
};

}  // namespace tsugi::evolve
