// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/final_report.h"

#include "merge/sha256.h"

namespace tsugi::evolve {
namespace {

using eval::Side;

// The bootstrap's draws do not depend on the run's seed: the interval of given scores on given items is
// always the same.
constexpr std::uint64_t kSeed = 0;

/// The sealed items and what candidates scored on them.
class TestScores {
 public:
  TestScores(const Exam& exam, const Archive& archive)
      : exam_(exam),
        archive_(archive),
        items_(items_of(exam, Side::test)),
        clusters_(clusters_of(exam, items_)) {}

  const std::vector<std::size_t>& items() const { return items_; }
  const std::vector<std::size_t>& clusters() const { return clusters_; }

  std::vector<double> values(std::size_t id) const {
    std::vector<double> values;
    for (const std::size_t item : items_) values.push_back(archive_.records[id].scores[item]);
    return values;
  }
  std::vector<double> parts(std::size_t id) const { return contributions(exam_, items_, values(id)); }

 private:
  const Exam& exam_;
  const Archive& archive_;
  std::vector<std::size_t> items_;
  std::vector<std::size_t> clusters_;
};

SealedSet test_set_of(const Exam& exam) {
  std::vector<eval::HoldoutItem> contents;
  for (const std::size_t item : items_of(exam, Side::test)) contents.push_back(exam.items[item].content);
  return sealed_set(contents);
}

void add_models(const TestScores& scores, const Archive& archive, const Opened& opened, Result& result) {
  const auto add = [&](std::size_t id, const std::string& name, const char* kind) {
    result.models.push_back({.name = name,
                             .kind = kind,
                             .score = eval::bootstrap_mean(scores.parts(id), scores.clusters(), kSeed)});
  };
  for (const std::size_t id : opened.parents) add(id, archive.records[id].name, "parent");
  for (const std::size_t id : opened.baselines) add(id, archive.records[id].name, "baseline");
  add(opened.winner, "evolved", "winner");
}

}  // namespace

Opening opening_of(const Exam& exam, const Archive& archive, const std::filesystem::path& run) {
  return {.time = {},
          .run = std::filesystem::absolute(run).lexically_normal().string(),
          .number = archive.test_openings,
          .winner = merge::sha256_hex(archive.records[archive.winner.value()].recipe),
          .set = test_set_of(exam)};
}

Result final_report(const Exam& exam, const Archive& archive, const Opened& opened) {
  const TestScores scores(exam, archive);
  Result result;
  result.search_items = exam.split.count(Side::search);
  result.validation_items = exam.split.count(Side::validation);
  result.test_items = exam.split.count(Side::test);
  add_models(scores, archive, opened, result);
  result.winner = opened.winner;
  result.best_parent = archive.records[opened.best_parent].name;
  if (opened.best_baseline) result.best_baseline = archive.records[*opened.best_baseline].name;

  const std::vector<double> winner = scores.parts(opened.winner);
  std::vector<std::vector<double>> parents;
  for (const std::size_t id : opened.parents) parents.push_back(scores.parts(id));
  result.gain =
      eval::bootstrap_difference(winner, scores.parts(opened.best_parent), scores.clusters(), kSeed);
  result.lead = eval::bootstrap_lead(winner, parents, scores.clusters(), kSeed);
  result.tasks =
      task_changes(exam, scores.items(), scores.values(opened.winner), scores.values(opened.best_parent));
  result.search = search_score(archive, exam);
  result.leaderboards = exam.leaderboards;
  result.test_set = test_set_of(exam).key;
  result.test_openings = archive.test_openings;
  result.evaluations = archive.evaluations;
  return result;
}

}  // namespace tsugi::evolve
