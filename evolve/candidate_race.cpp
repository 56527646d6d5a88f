// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Generations that answer some items only, as evaluations and records.
#include <algorithm>

#include "evolve/candidates.h"

namespace tsugi::evolve {
namespace {

using eval::Side;

// [place of the course]: what a score is multiplied by to be a contribution to the fitness.
std::vector<double> scale_of(const Exam& exam, const Course& course) {
  const std::vector<std::size_t> items = items_of(exam, Side::search);
  const std::vector<double> scale = contributions(exam, items, std::vector<double>(items.size(), 1));
  std::vector<double> in_order;
  for (const std::size_t item : course.items) {
    const auto at = std::lower_bound(items.begin(), items.end(), item) - items.begin();
    in_order.push_back(scale[static_cast<std::size_t>(at)]);
  }
  return in_order;
}

std::vector<double> row_of(const Record& record, const Course& course, const std::vector<double>& scale,
                           std::pair<std::size_t, std::size_t> places) {
  std::vector<double> row;
  for (std::size_t i = places.first; record.failure.empty() && i < places.second; ++i)
    row.push_back(record.scores[course.items[i]] * scale[i]);
  return row;
}

}  // namespace

std::size_t Candidates::race(std::vector<Proposal> proposals, const RaceRules& rules,
                             const std::string& stage) {
  const std::size_t generation = proposals.front().record.generation;
  const std::size_t first = append(std::move(proposals));
  const std::vector<std::size_t> runners = originals_from(first);
  const Course course = course_of(archive_, bench_->exam, generation);
  const std::vector<double> scale = scale_of(bench_->exam, course);
  Race race(rules, course, runners.size());
  std::size_t counted = 0;
  while (const auto places = race.next()) {
    std::vector<std::size_t> items(course.items.begin() + static_cast<std::ptrdiff_t>(places->first),
                                   course.items.begin() + static_cast<std::ptrdiff_t>(places->second));
    std::sort(items.begin(), items.end());
    std::vector<std::size_t> running;
    for (const std::size_t runner : race.running()) running.push_back(runners[runner]);
    answer(running, items, stage);
    counted += running.size() * items.size();
    std::vector<std::vector<double>> rows;
    for (const std::size_t id : running) rows.push_back(row_of(archive_.records[id], course, scale, *places));
    race.tell(rows);
  }
  progress_(stage, (archive_.records.size() - first) * course.items.size() - counted);
  copy_originals(first);
  const std::vector<std::optional<double>> scores = race.scores();
  const std::vector<std::size_t> all = items_of(bench_->exam, Side::search);
  for (std::size_t id = first; id < archive_.records.size(); ++id) {
    Record& record = archive_.records[id];
    const auto runner = std::find(runners.begin(), runners.end(), record.same_as.value_or(id));
    // Who has answered everything has a fitness of its own.
    if (values_of_items(record, all).empty())
      record.fitness = scores[static_cast<std::size_t>(runner - runners.begin())];
  }
  return first;
}

std::size_t Candidates::sample(std::vector<Proposal> proposals, const ItemSubset& subset,
                               const std::string& stage) {
  const std::size_t first = append(std::move(proposals));
  const std::vector<std::size_t> originals = originals_from(first);
  answer(originals, subset.items(), stage);
  progress_(stage, (archive_.records.size() - first) * bench_->exam.split.count(Side::search) -
                       originals.size() * subset.items().size());
  copy_originals(first);
  const std::vector<std::size_t> all = items_of(bench_->exam, Side::search);
  for (std::size_t id = first; id < archive_.records.size(); ++id) {
    Record& record = archive_.records[id];
    if (record.failure.empty() && values_of_items(record, all).empty())
      record.fitness = subset.fitness(record);
  }
  return first;
}

void Candidates::complete(const std::vector<std::size_t>& ids, const std::string& stage) {
  std::vector<std::size_t> originals;
  for (const std::size_t id : ids) {
    const std::size_t original = archive_.records[id].same_as.value_or(id);
    if (std::find(originals.begin(), originals.end(), original) == originals.end())
      originals.push_back(original);
  }
  answer(originals, items_of(bench_->exam, Side::search), stage);
  for (const std::size_t id : ids) copy_original(id);
}

}  // namespace tsugi::evolve
