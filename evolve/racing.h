// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A race within one generation: its candidates answer the same items in the same order, and those that are
// surely not among the best answer no further ones. Only ranks matter to the optimizers that race, and above
// all which candidates are the best.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "evolve/archive.h"
#include "evolve/exam.h"

namespace tsugi::evolve {

struct RaceRules {
  std::size_t keep = 1;   ///< so many of the best have ranks that matter
  std::size_t first = 1;  ///< items that every candidate answers
  std::size_t block = 1;  ///< further items between two looks
  double error = 0.2;     ///< expected number of wrong decisions in a generation, all looks together
};

/// Items in the order in which they are asked.
struct Course {
  std::vector<std::size_t> items;
  /// [place in `items`]: of what a candidate contributes there. Empty when too little is known: nobody drops
  /// out then.
  std::vector<double> variances;
};

/// The search side's items for a generation to come, those first that candidates so far, parents among them,
/// answered most differently: where all agree, one more answer tells little about who is better. A candidate
/// counts half as much as one four generations younger; each variance is shrunk towards the mean of all by as
/// much as two answers say. Items of equal variance come in an order that their contents decide.
Course course_of(const Archive& archive, const Exam& exam, std::size_t generation);

/// For searches whose candidates answer some items only (`race`, `items`). Throws InputError for an optimizer
/// for which more than ranks within a generation count, and for a search by log-likelihood: a difference
/// between two models then shows in every item, and none is spared.
void check_fewer_items(const recipes::SearchSpec& spec);

/// The rules of a search, nothing when it does not race. `first` and `block` are a twentieth of the search
/// side unless the file says them.
std::optional<RaceRules> race_rules(const recipes::SearchSpec& spec, std::size_t items,
                                    std::size_t population);

/// Looks at candidates after `first` items and after every further block. Those who are behind are expected
/// to stay behind, by an amount in proportion to the items' variances, as in Rasch's model (a change of
/// ability changes a right answer's chance by p (1 - p)), give or take these variances. With the share s of
/// all variance among the items asked, a sum that is b behind is then behind on all items with the chance
/// Phi(b / sqrt(2 s (1 - s) variance of all)). From the last on, a candidate drops out when it is surely
/// behind the `keep`-th, or, if it is among the first `keep` itself, behind the one before it: as long as the
/// chances of all decisions to be wrong, which add up to the expected number of wrong ones, stay within the
/// share of the error budget that is the share of items asked. The best one is asked everything.
class Race {
 public:
  Race(const RaceRules& rules, const Course& course, std::size_t candidates);

  /// Places [first, second) of the course that running() answer next; nothing when the race is over.
  std::optional<std::pair<std::size_t, std::size_t>> next() const;
  const std::vector<std::size_t>& running() const { return running_; }
  /// Contributions of next(), a row for each of running(); a row is empty where a candidate failed, which
  /// ends the race for it.
  void tell(std::span<const std::vector<double>> rows);

  /// Mean contribution of each candidate over all items: of those that were not asked all, the mean of the
  /// best one on all items plus the mean difference on the candidate's own. As the items that differ come
  /// first, this places them too low rather than too high. Nothing for those that failed. Only when the race
  /// is over.
  std::vector<std::optional<double>> scores() const;
  /// Items that a candidate was asked.
  std::size_t asked(std::size_t candidate) const { return rows_[candidate].size(); }
  double spent() const { return spent_; }  ///< of the error budget

 private:
  void look();
  double chance_of(double behind) const;

  RaceRules rules_;
  std::size_t items_;
  std::vector<double> variance_;  ///< [place]: sum of the variances before it; empty: nothing is known
  std::vector<std::vector<double>> rows_;
  std::vector<double> sums_;
  std::vector<bool> failed_;
  std::vector<std::size_t> running_;
  std::size_t asked_ = 0;
  double spent_ = 0;
};

}  // namespace tsugi::evolve
