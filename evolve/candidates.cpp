// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace tsugi::evolve {
namespace {

using Clock = std::chrono::steady_clock;
using eval::Side;

Archive empty_archive(const Workbench& bench) {
  Archive archive;
  archive.search = bench.spec.source_text;
  archive.optimizer = bench.spec.optimizer.name;
  archive.merge_method = bench.spec.genome.merge_method;
  archive.seed = bench.spec.seed;
  archive.genes = bench.space->genes();
  for (std::size_t i = 0; i < bench.exam.items.size(); ++i) {
    const ExamItem& item = bench.exam.items[i];
    archive.items.push_back({.id = item.id,
                             .task = bench.exam.tasks[item.task].prepared.task.name,
                             .side = bench.exam.split.side[i],
                             .cluster = bench.exam.split.cluster[i]});
  }
  return archive;
}

}  // namespace

Proposal propose_parent(const Parent& parent) {
  recipes::Recipe recipe;
  recipe.merge_method = "passthrough";
  recipe.models.push_back({.model = parent.reference, .parameters = {}});
  Proposal out;
  out.record.origin = Origin::parent;
  out.record.name = parent.name;
  out.record.recipe = recipes::to_yaml(recipe);
  out.subject.checkpoint = parent.checkpoint;
  return out;
}

Proposal propose_merge(const UsualMerge& merge) {
  Proposal out;
  out.record.origin = Origin::baseline;
  out.record.name = merge.name;
  out.record.recipe = recipes::to_yaml(merge.recipe);
  out.subject.recipe = merge.recipe;
  return out;
}

Proposal propose(const GeneSpace& space, Origin origin, std::vector<double> genes, std::size_t generation,
                 std::string name) {
  Proposal out;
  out.subject.recipe = space.decode(genes);
  out.record.generation = generation;
  out.record.origin = origin;
  out.record.name = std::move(name);
  out.record.genes = std::move(genes);
  out.record.recipe = recipes::to_yaml(out.subject.recipe);
  return out;
}

Candidates::Candidates(Workbench& bench, Journal& journal, Progress progress, std::function<bool()> stop)
    : bench_(&bench),
      journal_(&journal),
      progress_(std::move(progress)),
      stop_(std::move(stop)),
      evaluator_(bench.exam, *bench.tokenizer, bench.store, bench.division),
      archive_(empty_archive(bench)) {}

// Parents, without which there is no run, and the sealed test, which is opened once, take the time they need.
Subject Candidates::limited(std::size_t id, Side side) const {
  Subject subject = subjects_[id];
  if (archive_.records[id].origin != Origin::parent && side != Side::test)
    subject.time_limit = bench_->spec.time_limit;
  return subject;
}

// A failure has no answers that could be missing.
bool Candidates::is_known(std::size_t id, Side side, Measure measure, const Keeper* keeper) const {
  const Score* score = journal_->find(archive_.records[id].recipe, side, measure);
  return score != nullptr && (keeper == nullptr || !score->failure.empty() || keeper->has(id));
}

std::vector<Score> Candidates::scores_of(const std::vector<std::size_t>& ids, Side side, Measure measure,
                                         const std::string& stage, const Keeper* keeper) {
  const std::vector<std::size_t> items = items_of(bench_->exam, side);
  const bool counts = measure == Measure::metric || measure == bench_->measure();
  const auto tell = [&](std::size_t done) {
    if (counts) progress_(stage, done);
  };
  std::vector<Subject> missing;
  std::vector<std::size_t> missing_ids;
  std::vector<bool> recorded;  // [missing]: only the answers are missing
  std::set<std::string> recipes;
  for (const std::size_t id : ids) {
    const std::string& recipe = archive_.records[id].recipe;
    if (is_known(id, side, measure, keeper) || !recipes.insert(recipe).second) {
      tell(items.size());
    } else {
      missing.push_back(limited(id, side));
      missing_ids.push_back(id);
      recorded.push_back(journal_->find(recipe, side, measure) != nullptr);
    }
  }
  Watch watch{.progress = tell,
              .finished =
                  [&](std::size_t i, const Score& score) {
                    if (recorded[i]) return;
                    const std::size_t id = missing_ids[i];
                    journal_->record({.candidate = id,
                                      .recipe = archive_.records[id].recipe,
                                      .side = side,
                                      .measure = measure,
                                      .score = score});
                  },
              .stop = stop_};
  if (keeper != nullptr) {
    watch.answered = [&](std::size_t i, eval::ModelResult answers) {
      keeper->keep(missing_ids[i], std::move(answers));
    };
  }
  const Clock::time_point start = Clock::now();
  evaluator_.evaluate(missing, items, measure, watch);
  evaluating_seconds_ += std::chrono::duration<double>(Clock::now() - start).count();
  journal_->sync();  // before they count
  std::vector<Score> scores;
  for (const std::size_t id : ids) {
    const Score* score = journal_->find(archive_.records[id].recipe, side, measure);
    if (score == nullptr || (score->failure.empty() && score->values.size() != items.size()))
      throw Error(fmt::format("the journal has no fitting scores of candidate {}", id));
    scores.push_back(*score);
  }
  return scores;
}

// On the search side.
void Candidates::take_over(Record& record, Measure measure, const Score& score) const {
  record.merge_seconds += score.merge_seconds;
  record.score_seconds += score.score_seconds;
  if (record.scores.empty()) record.scores.assign(archive_.items.size(), kMissing);
  record.failure = score.failure;
  if (!record.failure.empty()) {
    record.fitness.reset();
    return;
  }
  const std::vector<std::size_t> items = items_of(bench_->exam, Side::search);
  const double value = fitness(bench_->exam, items, score.values, measure);
  if (measure == Measure::likelihood) {
    record.likelihood = value;
  } else {
    for (std::size_t i = 0; i < items.size(); ++i) record.scores[items[i]] = score.values[i];
  }
  if (measure == bench_->measure()) record.fitness = value;
}

std::size_t Candidates::add(std::vector<Proposal> proposals, const std::string& stage) {
  const std::size_t first = archive_.records.size();
  std::vector<std::size_t> fresh_ids;
  for (Proposal& proposed : proposals) {
    const std::size_t id = archive_.records.size();
    const auto [place, is_new] = known_.emplace(proposed.record.recipe, id);
    if (is_new) {
      fresh_ids.push_back(id);
    } else {
      proposed.record.same_as = place->second;
      progress_(stage, bench_->exam.split.count(Side::search));
    }
    archive_.records.push_back(std::move(proposed.record));
    subjects_.push_back(std::move(proposed.subject));
  }
  const Measure measure = bench_->measure();
  const std::vector<Score> scores = scores_of(fresh_ids, Side::search, measure, stage);
  for (std::size_t i = 0; i < fresh_ids.size(); ++i)
    take_over(archive_.records[fresh_ids[i]], measure, scores[i]);
  for (std::size_t id = first; id < archive_.records.size(); ++id) {
    Record& record = archive_.records[id];
    if (!record.same_as) continue;
    const Record& earlier = archive_.records[*record.same_as];
    record.fitness = earlier.fitness;
    record.failure = earlier.failure;
    record.likelihood = earlier.likelihood;
    record.scores = earlier.scores;
  }
  return first;
}

void Candidates::measure(const std::vector<std::size_t>& ids, Measure measure, const std::string& stage) {
  std::vector<std::size_t> standing;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(standing),
               [&](std::size_t id) { return archive_.records[id].fitness.has_value(); });
  const std::vector<Score> scores = scores_of(standing, Side::search, measure, stage);
  for (std::size_t i = 0; i < standing.size(); ++i) {
    Record& record = archive_.records[standing[i]];
    take_over(record, measure, scores[i]);
    if (!scores[i].failure.empty()) record.failure = stage + ": " + scores[i].failure;
  }
}

Trial Candidates::trial(std::size_t id, Objectives objectives) const {
  const Record& record = archive_.records[id];
  if (!record.fitness) return {};
  const Score& score = *journal_->find(record.recipe, Side::search, bench_->measure());
  const std::vector<std::size_t> items = items_of(bench_->exam, Side::search);
  Trial trial{.objectives = {*record.fitness}, .items = contributions(bench_->exam, items, score.values)};
  if (objectives == Objectives::several) {
    trial.objectives = task_scores(bench_->exam, items, score.values, bench_->measure());
  }
  return trial;
}

std::vector<std::vector<double>> Candidates::examine(const std::vector<std::size_t>& ids, Side side,
                                                     const std::string& stage, const Keeper* keeper) {
  const std::vector<std::size_t> items = items_of(bench_->exam, side);
  const std::vector<Score> scores = scores_of(ids, side, Measure::metric, stage, keeper);
  std::vector<std::vector<double>> rows(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Record& record = archive_.records[ids[i]];
    if (!scores[i].failure.empty()) {
      record.failure = stage + ": " + scores[i].failure;
      continue;
    }
    for (std::size_t k = 0; k < items.size(); ++k) record.scores[items[k]] = scores[i].values[k];
    rows[i] = contributions(bench_->exam, items, scores[i].values);
  }
  return rows;
}

void Candidates::end_generation() {
  const Clock::time_point now = Clock::now();
  const double taken = std::chrono::duration<double>(now - generation_start_).count();
  archive_.bookkeeping_seconds.push_back(taken - evaluating_seconds_);
  evaluating_seconds_ = 0;
  generation_start_ = now;
}

std::vector<std::size_t> Candidates::of(Origin origin) const {
  std::vector<std::size_t> ids;
  for (std::size_t id = 0; id < archive_.records.size(); ++id) {
    if (archive_.records[id].origin == origin) ids.push_back(id);
  }
  return ids;
}

}  // namespace tsugi::evolve
