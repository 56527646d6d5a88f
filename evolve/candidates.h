// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The candidates of one run: proposed, evaluated once per recipe, kept in the archive.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "evolve/archive.h"
#include "evolve/evaluator.h"
#include "evolve/item_subset.h"
#include "evolve/journal.h"
#include "evolve/racing.h"
#include "evolve/workbench.h"

namespace tsugi::evolve {

/// A candidate on its way into the archive.
struct Proposal {
  Record record;  ///< without scores
  Subject subject;
};

/// A parent as it is; its recipe is the passthrough that copies it.
Proposal propose_parent(const Parent& parent);

/// A merge that is no point of the search's space; it has no genes.
Proposal propose_merge(const UsualMerge& merge);

/// What genes stand for.
Proposal propose(const GeneSpace& space, Origin origin, std::vector<double> genes, std::size_t generation,
                 std::string name = {});

/// Where the answers of candidates go. `keep` is called from any thread; a candidate that `has` does not know
/// is asked again, whatever the journal has of it.
struct Keeper {
  std::function<bool(std::size_t candidate)> has{};
  std::function<void(std::size_t candidate, eval::ModelResult answers)> keep{};
};

/// Not thread-safe; uses the threads of the surrounding pool inside. Every score comes out of the journal:
/// what it has is not evaluated, what is evaluated is recorded there before it counts. Throws what
/// Evaluator::evaluate and Journal::record throw.
class Candidates {
 public:
  /// Told of the stage and of further items done, from any thread, one call at a time.
  using Progress = std::function<void(const std::string& stage, std::size_t items)>;

  /// The references must outlive this. `stop` is asked often, from any thread.
  Candidates(Workbench& bench, Journal& journal, Progress progress, std::function<bool()> stop);

  const Archive& archive() const { return archive_; }
  Archive& archive() { return archive_; }
  const Subject& subject(std::size_t id) const { return subjects_[id]; }
  Evaluator& evaluator() { return evaluator_; }

  /// Scores proposals on the search side, by what the search goes by, and appends them; returns the number of
  /// the first. What is already known of a recipe is not asked again. Failures are recorded.
  std::size_t add(std::vector<Proposal> proposals, const std::string& stage);

  /// The same of a generation that races (racing.h), by the metric: those that are surely not among the best
  /// `keep` answer only some items, and their fitness is what the race makes of them.
  std::size_t race(std::vector<Proposal> proposals, const RaceRules& rules, const std::string& stage);

  /// The same of a generation that answers a subset of the items: fitness is what the subset makes of it.
  std::size_t sample(std::vector<Proposal> proposals, const ItemSubset& subset, const std::string& stage);

  /// Has candidates answer what they have not on the search side, by the metric; their fitness is then no
  /// estimate any more.
  void complete(const std::vector<std::size_t>& ids, const std::string& stage);

  /// Scores candidates on the search side by a measure that the search need not go by; those that failed are
  /// left out. A failure here is recorded as one on another side is.
  void measure(const std::vector<std::size_t>& ids, Measure measure, const std::string& stage);

  /// The same by the metric, on the items that a search by likelihood scores.
  void check_metric(const std::vector<std::size_t>& ids, const std::string& stage);

  /// Scores candidates on another side and records it. Returns a row of contributions for each; the row of
  /// one that fails is empty and its failure recorded. With a keeper answers are kept before a score counts.
  std::vector<std::vector<double>> examine(const std::vector<std::size_t>& ids, eval::Side side,
                                           const std::string& stage, const Keeper* keeper = nullptr);

  /// From here on genes are those of the workbench's new space.
  void begin_stage();

  /// Notes in the archive what the generation that ends here took, but for evaluating.
  void end_generation();

  /// What a candidate's scores on the search side, by the search's measure, tell an optimizer.
  Trial trial(std::size_t id, Objectives objectives) const;

  /// Numbers of all candidates of an origin, in order.
  std::vector<std::size_t> of(Origin origin) const;

 private:
  /// Items of one side.
  struct Question {
    eval::Side side = eval::Side::search;
    Measure measure = Measure::metric;
    std::vector<std::size_t> items{};  ///< ascending
    std::vector<std::size_t> some{};   ///< the same, unless they are all of the side
  };
  Question whole(eval::Side side, Measure measure) const;
  /// What a search by likelihood scores.
  Question likelihood_items(Measure measure) const;
  void measure(const std::vector<std::size_t>& ids, const Question& question, const std::string& stage);

  std::size_t append(std::vector<Proposal> proposals);
  /// The candidates whose scores those from `first` on have, each once.
  std::vector<std::size_t> originals_from(std::size_t first) const;
  /// Gives candidates that stand for an earlier one what is known of that one: one, or all from `first` on.
  void copy_original(std::size_t id);
  void copy_originals(std::size_t first);
  /// Has the search side's `items` (ascending) answered by originals that did not fail; asks what is missing.
  void answer(const std::vector<std::size_t>& originals, const std::vector<std::size_t>& items,
              const std::string& stage);
  std::vector<Score> scores_of(const std::vector<std::size_t>& ids, const Question& question,
                               const std::string& stage, const Keeper* keeper = nullptr);
  const Score* find(std::size_t id, const Question& question) const;
  bool is_known(std::size_t id, const Question& question, const Keeper* keeper) const;
  Subject limited(std::size_t id, const Question& question) const;
  void take_over(Record& record, const Question& question, const Score& score) const;

  Workbench* bench_;
  Journal* journal_;
  Progress progress_;
  std::function<bool()> stop_;
  Evaluator evaluator_;
  Archive archive_;
  std::size_t genes_before_ = 0;   ///< of earlier stages
  double evaluating_seconds_ = 0;  ///< of the generation that goes on
  std::chrono::steady_clock::time_point generation_start_ = std::chrono::steady_clock::now();
  std::vector<Subject> subjects_;             ///< [candidate]
  std::map<std::string, std::size_t> known_;  ///< recipe -> the first candidate with it
};

}  // namespace tsugi::evolve
