// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/candidates.h"

namespace tsugi::evolve {
namespace {

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

Candidates::Candidates(Workbench& bench, Progress progress)
    : bench_(&bench),
      progress_(std::move(progress)),
      evaluator_(bench.exam, *bench.tokenizer, bench.store, bench.division),
      archive_(empty_archive(bench)) {}

void Candidates::finish(Record& record, Score score) const {
  const std::vector<std::size_t> items = items_of(bench_->exam, eval::Side::search);
  record.merge_seconds = score.merge_seconds;
  record.score_seconds = score.score_seconds;
  record.failure = std::move(score.failure);
  record.scores.assign(archive_.items.size(), kMissing);
  if (!record.failure.empty()) return;
  for (std::size_t i = 0; i < items.size(); ++i) record.scores[items[i]] = score.values[i];
  record.fitness = fitness(bench_->exam, items, score.values);
}

std::size_t Candidates::add(std::vector<Proposal> proposals, const std::string& stage) {
  const std::size_t first = archive_.records.size();
  const std::vector<std::size_t> items = items_of(bench_->exam, eval::Side::search);
  std::vector<Subject> fresh;
  std::vector<std::size_t> fresh_ids;
  for (Proposal& proposed : proposals) {
    const std::size_t id = archive_.records.size();
    const auto [place, is_new] = known_.emplace(proposed.record.recipe, id);
    if (is_new) {
      fresh.push_back(proposed.subject);
      fresh_ids.push_back(id);
    } else {
      proposed.record.same_as = place->second;
      progress_(stage, items.size());
    }
    archive_.records.push_back(std::move(proposed.record));
    subjects_.push_back(std::move(proposed.subject));
  }
  std::vector<Score> scores =
      evaluator_.evaluate(fresh, items, [&](std::size_t done) { progress_(stage, done); });
  for (std::size_t i = 0; i < fresh_ids.size(); ++i)
    finish(archive_.records[fresh_ids[i]], std::move(scores[i]));
  for (std::size_t id = first; id < archive_.records.size(); ++id) {
    Record& record = archive_.records[id];
    if (!record.same_as) continue;
    const Record& earlier = archive_.records[*record.same_as];
    record.fitness = earlier.fitness;
    record.failure = earlier.failure;
    record.scores = earlier.scores;
  }
  return first;
}

std::vector<std::vector<double>> Candidates::examine(const std::vector<std::size_t>& ids, eval::Side side,
                                                     const std::string& stage) {
  const std::vector<std::size_t> items = items_of(bench_->exam, side);
  std::vector<Subject> subjects;
  for (const std::size_t id : ids) subjects.push_back(subjects_[id]);
  const std::vector<Score> scores =
      evaluator_.evaluate(subjects, items, [&](std::size_t done) { progress_(stage, done); });
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

std::vector<std::size_t> Candidates::of(Origin origin) const {
  std::vector<std::size_t> ids;
  for (std::size_t id = 0; id < archive_.records.size(); ++id) {
    if (archive_.records[id].origin == origin) ids.push_back(id);
  }
  return ids;
}

}  // namespace tsugi::evolve
