// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/search_score.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace tsugi::evolve {
namespace {

// The estimates of given scores on given items are always the same.
constexpr std::uint64_t kSeed = 0;

using Rows = std::vector<std::vector<double>>;

bool is_candidate(const Record& record) {
  return record.origin == Origin::start || record.origin == Origin::optimizer;
}

struct Generation {
  Rows rows;
  std::size_t distinct = 0;  ///< recipes in it, scored on all items or not
};

Generation last_generation(const Archive& archive, const Exam& exam, const std::vector<std::size_t>& items) {
  std::size_t last = 0;
  for (const Record& record : archive.records) {
    if (record.origin == Origin::optimizer) last = std::max(last, record.generation);
  }
  Generation generation;
  std::set<std::string> recipes;
  for (const Record& record : archive.records) {
    if (record.origin != Origin::optimizer || record.generation != last ||
        !recipes.insert(record.recipe).second)
      continue;
    ++generation.distinct;
    const std::vector<double> values = values_of_items(record, items);
    if (!values.empty()) generation.rows.push_back(contributions(exam, items, values));
  }
  return generation;
}

}  // namespace

SearchScore search_score(const Archive& archive, const Exam& exam) {
  const std::vector<std::size_t> items = items_of(exam, eval::Side::search);
  const std::vector<std::size_t> clusters = clusters_of(exam, items);
  SearchScore score;
  Rows rows;
  std::set<std::string> recipes;
  for (const Record& record : archive.records) {
    if (!is_candidate(record)) continue;
    const std::vector<double> values = values_of_items(record, items);
    if (values.empty() || !recipes.insert(record.recipe).second) continue;
    rows.push_back(contributions(exam, items, values));
    const double own = fitness(exam, items, values);
    score.best = std::max(score.best.value_or(own), own);
  }
  score.bias_corrected = eval::bootstrap_bias_corrected(rows, clusters, kSeed);
  const Generation last = last_generation(archive, exam, items);
  if (last.rows.size() < last.distinct) {
    score.empirical_bayes.reason =
        fmt::format("{} of the last generation's {} candidates were scored on all items", last.rows.size(),
                    last.distinct);
  } else {
    score.empirical_bayes = eval::empirical_bayes(last.rows, clusters);
  }
  return score;
}

}  // namespace tsugi::evolve
