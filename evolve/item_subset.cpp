// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/item_subset.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "eval/metrics/intervals.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

using recipes::Estimator;

constexpr std::size_t kLeastRespondents = 10;  // two in each fifth that is left out
constexpr std::size_t kFolds = 5;

bool mixes(Estimator estimator) {
  return estimator == Estimator::gp_irt || estimator == Estimator::gmp_irt;
}

bool goes_by_parents(Estimator estimator) {
  return estimator == Estimator::mp_irt || estimator == Estimator::gmp_irt;
}

std::vector<double> picked(const std::vector<double>& row, const std::vector<std::size_t>& which) {
  std::vector<double> values;
  for (const std::size_t i : which) values.push_back(row[i]);
  return values;
}

double variance_of(const std::vector<double>& values) {
  const double mean = eval::mean_of(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(values.size());
}

}  // namespace

ItemSubset::ItemSubset(const recipes::ItemsSpec& spec, const Exam& exam, const Archive& archive)
    : spec_(spec), search_(items_of(exam, eval::Side::search)) {
  Responses parents;
  Responses merges;
  for (const Record& record : archive.records) {
    if (record.same_as) continue;
    std::vector<double> row = values_of_items(record, search_);
    if (row.empty()) continue;
    if (std::any_of(row.begin(), row.end(), [](double value) { return value < 0 || value > 1; }))
      throw InputError(spec.mark, "items: scores are not from 0 to 1",
                       "search by another metric, or leave items out");
    (record.origin == Origin::parent ? parents : merges).push_back(std::move(row));
  }
  if (merges.size() < kLeastRespondents) {
    throw InputError(spec.mark,
                     fmt::format("items: {} merges have answered every item, expected at least {}",
                                 merges.size(), kLeastRespondents),
                     "raise full_generations");
  }
  Responses rows = parents;
  rows.insert(rows.end(), merges.begin(), merges.end());
  validate(exam, rows, parents.size());
  for (const TaskPart& part : fitted_.tasks) {
    for (const std::size_t i : part.anchors.items) items_.push_back(search_[i]);
  }
  std::sort(items_.begin(), items_.end());
}

// `rows` begin with those of the parents.
ItemSubset::Fitted ItemSubset::fit(const Exam& exam, const Responses& rows, std::size_t parents) const {
  Fitted fitted;
  fitted.model = fit_irt(rows, static_cast<std::size_t>(spec_.dimensions));
  fitted.parents.assign(fitted.model.abilities.begin(),
                        fitted.model.abilities.begin() + static_cast<std::ptrdiff_t>(parents));
  const std::vector<std::size_t> shares = shares_of(exam, search_, static_cast<std::size_t>(spec_.subset));
  for (std::size_t task = 0; task < exam.tasks.size(); ++task) {
    TaskPart part;
    part.weight = exam.tasks[task].weight;
    for (std::size_t i = 0; i < search_.size(); ++i) {
      if (exam.items[search_[i]].task == task) part.among.push_back(i);
    }
    part.anchors = choose_anchors(fitted.model, part.among, shares[task]);
    fitted.tasks.push_back(std::move(part));
  }
  return fitted;
}

double ItemSubset::estimate(const Fitted& fitted, const TaskPart& part, const std::vector<double>& row,
                            bool mix) const {
  const std::vector<double> answers = picked(row, part.anchors.items);
  const double mean = anchor_mean(part.anchors, answers);
  if (spec_.estimator == Estimator::mean) return mean;
  const double guess = goes_by_parents(spec_.estimator)
                           ? mp_irt(fitted.model, part.among, part.anchors, answers, fitted.parents)
                           : p_irt(fitted.model, part.among, part.anchors, answers);
  const double share = mix ? part.share : 0;
  return share * mean + (1 - share) * guess;
}

double ItemSubset::total(const Fitted& fitted, const std::vector<double>& row) const {
  double sum = 0;
  for (const TaskPart& part : fitted.tasks)
    sum += part.weight * estimate(fitted, part, row, mixes(spec_.estimator));
  return sum;
}

// The shares follow from the errors on the merges left out; the error of the whole is measured on them again.
void ItemSubset::validate(const Exam& exam, const Responses& rows, std::size_t parents) {
  const auto is_out = [&](std::size_t row, std::size_t fold) {
    return row >= parents && (row - parents) % kFolds == fold;
  };
  std::vector<Fitted> folds;
  std::vector<double> bias(exam.tasks.size());
  std::vector<double> variance(exam.tasks.size());
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    Responses in;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (!is_out(row, fold)) in.push_back(rows[row]);
    }
    folds.push_back(fit(exam, in, parents));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (!is_out(row, fold)) continue;
      for (std::size_t task = 0; task < exam.tasks.size(); ++task) {
        const TaskPart& part = folds.back().tasks[task];
        const std::vector<double> all = picked(rows[row], part.among);
        bias[task] += std::abs(estimate(folds.back(), part, rows[row], false) - eval::mean_of(all));
        variance[task] += variance_of(all);
      }
    }
  }
  const auto merges = static_cast<double>(rows.size() - parents);
  fitted_ = fit(exam, rows, parents);
  for (std::size_t task = 0; task < exam.tasks.size(); ++task) {
    TaskPart& part = fitted_.tasks[task];
    part.share = anchor_share(bias[task] / merges, variance[task] / merges, part.anchors.items.size());
    for (Fitted& fold : folds) fold.tasks[task].share = part.share;
  }
  for (std::size_t row = parents; row < rows.size(); ++row) {
    const Fitted& fold = folds[(row - parents) % kFolds];
    double truth = 0;
    for (const TaskPart& part : fold.tasks)
      truth += part.weight * eval::mean_of(picked(rows[row], part.among));
    error_ += std::abs(total(fold, rows[row]) - truth) / merges;
  }
}

double ItemSubset::fitness(const Record& record) const {
  std::vector<double> row(search_.size(), kMissing);
  for (std::size_t i = 0; i < search_.size(); ++i) row[i] = record.scores[search_[i]];
  return total(fitted_, row);
}

}  // namespace tsugi::evolve
