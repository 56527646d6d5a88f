// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "evolve/optimizer_choice.h"
#include "recipes/recipe_graph.h"

namespace tsugi::evolve {
namespace {

using Clock = std::chrono::steady_clock;
using eval::Side;

Archive empty_archive(const Workbench& bench) {
  Archive archive;
  archive.search = bench.spec.source_text;
  archive.optimizer = optimizers_text(bench.spec.optimizer);
  if (!bench.spec.stages.empty()) archive.optimizer.clear();
  for (const recipes::StageSpec& stage : bench.spec.stages)
    archive.optimizer += (archive.optimizer.empty() ? "" : ", then ") + optimizers_text(stage.optimizer);
  archive.merge_method = recipes::methods_text(bench.spec.genome);
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
  out.subject.earlier = space.earlier(genes);
  out.subject.refused = space.refuses(genes).value_or("");
  out.record.generation = generation;
  out.record.origin = origin;
  out.record.name = std::move(name);
  out.record.genes = std::move(genes);
  recipes::RecipeGraph graph{out.subject.earlier};
  graph.steps.push_back(out.subject.recipe);
  out.record.recipe = recipes::to_yaml(graph);
  return out;
}

Candidates::Candidates(Workbench& bench, Journal& journal, Progress progress, std::function<bool()> stop)
    : bench_(&bench),
      journal_(&journal),
      progress_(std::move(progress)),
      stop_(std::move(stop)),
      evaluator_(bench.exam, *bench.tokenizer, bench.store, bench.division, bench.exports),
      archive_(empty_archive(bench)) {}

Candidates::Question Candidates::whole(Side side, Measure measure) const {
  if (measure == Measure::likelihood && measure == bench_->measure()) return likelihood_items(measure);
  return {.side = side, .measure = measure, .items = items_of(bench_->exam, side)};
}

Candidates::Question Candidates::likelihood_items(Measure measure) const {
  Question question{.side = Side::search, .measure = measure, .items = bench_->likelihood_items};
  if (question.items.size() < bench_->exam.split.count(Side::search)) question.some = question.items;
  return question;
}

// Parents, without which there is no run, and the sealed test, which is opened once, take the time they need.
// A candidate that is asked in several goes has one limit for all.
Subject Candidates::limited(std::size_t id, const Question& question) const {
  Subject subject = subjects_[id];
  const Record& record = archive_.records[id];
  subject.needed = record.origin == Origin::parent || question.side == Side::test ||
                   (record.origin == Origin::baseline && question.side == Side::validation);
  if (!bench_->spec.time_limit || record.origin == Origin::parent || question.side == Side::test)
    return subject;
  const double spent = question.some.empty() ? 0 : record.merge_seconds + record.score_seconds;
  subject.time_limit = std::max(0.0, *bench_->spec.time_limit - spent);
  return subject;
}

const Score* Candidates::find(std::size_t id, const Question& question) const {
  return journal_->find(archive_.records[id].recipe, question.side, question.measure, question.some);
}

// A failure has no answers that could be missing.
bool Candidates::is_known(std::size_t id, const Question& question, const Keeper* keeper) const {
  const Score* score = find(id, question);
  return score != nullptr && (keeper == nullptr || !score->failure.empty() || keeper->has(id));
}

std::vector<Score> Candidates::scores_of(const std::vector<std::size_t>& ids, const Question& question,
                                         const std::string& stage, const Keeper* keeper) {
  const std::vector<std::size_t>& items = question.items;
  const bool counts = question.measure == Measure::metric || question.measure == bench_->measure();
  const auto tell = [&](std::size_t done) {
    if (counts) progress_(stage, done);
  };
  std::vector<Subject> missing;
  std::vector<std::size_t> missing_ids;
  std::vector<bool> recorded;  // [missing]: only the answers are missing
  std::set<std::string> recipes;
  for (const std::size_t id : ids) {
    if (is_known(id, question, keeper) || !recipes.insert(archive_.records[id].recipe).second) {
      tell(items.size());
    } else {
      missing.push_back(limited(id, question));
      missing_ids.push_back(id);
      recorded.push_back(find(id, question) != nullptr);
    }
  }
  Watch watch{.progress = tell,
              .finished =
                  [&](std::size_t i, const Score& score) {
                    if (recorded[i]) return;
                    const std::size_t id = missing_ids[i];
                    journal_->record({.candidate = id,
                                      .recipe = archive_.records[id].recipe,
                                      .side = question.side,
                                      .measure = question.measure,
                                      .items = question.some,
                                      .score = score});
                  },
              .stop = stop_};
  if (keeper != nullptr) {
    watch.answered = [&](std::size_t i, eval::ModelResult answers) {
      keeper->keep(missing_ids[i], std::move(answers));
    };
  }
  const Clock::time_point start = Clock::now();
  evaluator_.evaluate(missing, items, question.measure, watch);
  evaluating_seconds_ += std::chrono::duration<double>(Clock::now() - start).count();
  journal_->sync();  // before they count
  std::vector<Score> scores;
  for (const std::size_t id : ids) {
    const Score* score = find(id, question);
    if (score == nullptr || (score->failure.empty() && score->values.size() != items.size()))
      throw Error(fmt::format("the journal has no fitting scores of candidate {}", id));
    scores.push_back(*score);
  }
  return scores;
}

// On the search side. A candidate that has not answered all of it has no fitness yet.
void Candidates::take_over(Record& record, const Question& question, const Score& score) const {
  record.merge_seconds += score.merge_seconds;
  record.score_seconds += score.score_seconds;
  if (record.scores.empty()) record.scores.assign(archive_.items.size(), kMissing);
  record.failure = score.failure;
  if (!record.failure.empty()) {
    record.fitness.reset();
    return;
  }
  const std::vector<std::size_t>& items = question.items;
  if (question.measure == Measure::likelihood) {
    record.likelihood = fitness(bench_->exam, items, score.values, question.measure);
    if (question.measure == bench_->measure()) record.fitness = record.likelihood;
    return;
  }
  for (std::size_t i = 0; i < items.size(); ++i) record.scores[items[i]] = score.values[i];
  if (bench_->measure() != Measure::metric) return;
  const std::vector<std::size_t> all = items_of(bench_->exam, Side::search);
  std::vector<double> values;
  for (const std::size_t item : all) values.push_back(record.scores[item]);
  if (std::none_of(values.begin(), values.end(), [](double value) { return std::isnan(value); }))
    record.fitness = fitness(bench_->exam, all, values);
}

std::size_t Candidates::append(std::vector<Proposal> proposals) {
  const std::size_t first = archive_.records.size();
  for (Proposal& proposed : proposals) {
    const std::size_t id = archive_.records.size();
    std::vector<double>& genes = proposed.record.genes;
    if (!genes.empty()) genes.insert(genes.begin(), genes_before_, kMissing);
    const auto [place, is_new] = known_.emplace(proposed.record.recipe, id);
    if (!is_new) proposed.record.same_as = place->second;
    archive_.records.push_back(std::move(proposed.record));
    subjects_.push_back(std::move(proposed.subject));
  }
  return first;
}

std::vector<std::size_t> Candidates::originals_from(std::size_t first) const {
  std::vector<std::size_t> ids;
  for (std::size_t id = first; id < archive_.records.size(); ++id) {
    const std::size_t original = archive_.records[id].same_as.value_or(id);
    if (std::find(ids.begin(), ids.end(), original) == ids.end()) ids.push_back(original);
  }
  return ids;
}

void Candidates::copy_original(std::size_t id) {
  Record& record = archive_.records[id];
  if (!record.same_as) return;
  const Record& earlier = archive_.records[*record.same_as];
  record.fitness = earlier.fitness;
  record.failure = earlier.failure;
  record.likelihood = earlier.likelihood;
  record.scores = earlier.scores;
}

void Candidates::copy_originals(std::size_t first) {
  for (std::size_t id = first; id < archive_.records.size(); ++id) copy_original(id);
}

void Candidates::answer(const std::vector<std::size_t>& originals, const std::vector<std::size_t>& items,
                        const std::string& stage) {
  const std::size_t all = bench_->exam.split.count(Side::search);
  std::map<std::vector<std::size_t>, std::vector<std::size_t>> groups;  // what is missing -> of whom
  for (const std::size_t id : originals) {
    const Record& record = archive_.records[id];
    std::vector<std::size_t> missing;
    std::copy_if(items.begin(), items.end(), std::back_inserter(missing), [&](std::size_t item) {
      return record.failure.empty() && (record.scores.empty() || std::isnan(record.scores[item]));
    });
    progress_(stage, items.size() - missing.size());
    if (!missing.empty()) groups[missing].push_back(id);
  }
  for (const auto& [missing, ids] : groups) {
    Question question{.items = missing};
    if (missing.size() < all) question.some = missing;
    const std::vector<Score> scores = scores_of(ids, question, stage);
    for (std::size_t i = 0; i < ids.size(); ++i) take_over(archive_.records[ids[i]], question, scores[i]);
  }
}

std::size_t Candidates::add(std::vector<Proposal> proposals, const std::string& stage) {
  const std::size_t first = append(std::move(proposals));
  const Question question = whole(Side::search, bench_->measure());
  std::vector<std::size_t> originals = originals_from(first);
  progress_(stage, (archive_.records.size() - first - originals.size()) * question.items.size());
  if (question.measure == Measure::metric) {
    answer(originals, question.items, stage);
  } else {
    std::erase_if(originals, [&](std::size_t id) { return id < first; });
    const std::vector<Score> scores = scores_of(originals, question, stage);
    for (std::size_t i = 0; i < originals.size(); ++i)
      take_over(archive_.records[originals[i]], question, scores[i]);
  }
  copy_originals(first);
  return first;
}

void Candidates::measure(const std::vector<std::size_t>& ids, Measure measure, const std::string& stage) {
  this->measure(ids, whole(Side::search, measure), stage);
}

void Candidates::check_metric(const std::vector<std::size_t>& ids, const std::string& stage) {
  measure(ids, likelihood_items(Measure::metric), stage);
}

void Candidates::measure(const std::vector<std::size_t>& ids, const Question& question,
                         const std::string& stage) {
  std::vector<std::size_t> standing;
  std::copy_if(ids.begin(), ids.end(), std::back_inserter(standing),
               [&](std::size_t id) { return archive_.records[id].fitness.has_value(); });
  const std::vector<Score> scores = scores_of(standing, question, stage);
  for (std::size_t i = 0; i < standing.size(); ++i) {
    Record& record = archive_.records[standing[i]];
    take_over(record, question, scores[i]);
    if (!scores[i].failure.empty()) record.failure = stage + ": " + scores[i].failure;
  }
}

Trial Candidates::trial(std::size_t id, Objectives objectives) const {
  const Record& record = archive_.records[id];
  if (!record.fitness) return {};
  const Question question = whole(Side::search, bench_->measure());
  const std::vector<std::size_t>& items = question.items;
  const std::vector<double> values =
      question.measure == Measure::metric ? values_of_items(record, items) : find(id, question)->values;
  Trial trial{.objectives = {*record.fitness}};
  if (values.empty()) return trial;  // it dropped out of a race
  trial.items = contributions(bench_->exam, items, values);
  if (objectives == Objectives::several)
    trial.objectives = task_scores(bench_->exam, items, values, question.measure);
  return trial;
}

std::vector<std::vector<double>> Candidates::examine(const std::vector<std::size_t>& ids, Side side,
                                                     const std::string& stage, const Keeper* keeper) {
  const Question question = whole(side, Measure::metric);
  const std::vector<std::size_t>& items = question.items;
  const std::vector<Score> scores = scores_of(ids, question, stage, keeper);
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

void Candidates::begin_stage() {
  genes_before_ = archive_.genes.size();
  const std::vector<Gene>& genes = bench_->space->genes();
  archive_.genes.insert(archive_.genes.end(), genes.begin(), genes.end());
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
