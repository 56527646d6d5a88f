// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// How far off estimates from a subset of the items are: finished searches that were scored whole are gone
// through again as if they had had `items: {subset: N}` (docs/racing.md). Candidates up to generation 3 are
// what the model is fitted on, all later ones are estimated; printed is the mean absolute error of the
// fitness in points, over all candidates and runs. A random subset of as many items, by its plain mean, is
// drawn anew for each run.
//
//     replay_subset RUN [RUN…]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evolve/archive.h"
#include "evolve/exam.h"
#include "evolve/item_subset.h"
#include "recipes/search_items.h"

namespace tsugi::evolve {
namespace {

constexpr int kSizes[] = {60, 100, 200};

struct Errors {
  double sum = 0;
  std::size_t count = 0;

  void add(double estimate, double truth) {
    sum += std::fabs(estimate - truth);
    ++count;
  }
  double points() const { return 100 * sum / static_cast<double>(count); }
};

using Table = std::map<std::pair<std::string_view, int>, Errors>;  // by estimator and size

// As much of an exam as the archive tells; every task has weight 1.
Exam exam_of(const Archive& archive) {
  Exam exam;
  std::map<std::string, std::size_t> tasks;
  for (const ArchiveItem& item : archive.items) {
    const std::size_t task = tasks.try_emplace(item.task, tasks.size()).first->second;
    exam.items.push_back({.task = task, .position = exam.items.size(), .id = item.id});
    exam.split.side.push_back(item.side);
  }
  exam.tasks.resize(tasks.size());
  return exam;
}

double fitness_on(const Exam& exam, const std::vector<std::size_t>& items, const Record& record) {
  return fitness(exam, items, values_of_items(record, items));
}

void replay(const Archive& whole, std::mt19937_64& draw, Table& table) {
  const Exam exam = exam_of(whole);
  const std::vector<std::size_t> search = items_of(exam, eval::Side::search);
  const recipes::ItemsSpec standard;
  Archive fitted = whole;
  std::erase_if(fitted.records, [&](const Record& record) {
    return record.generation > static_cast<std::size_t>(standard.full_generations);
  });
  std::vector<const Record*> later;
  for (const Record& record : whole.records) {
    const bool estimated = record.generation > static_cast<std::size_t>(standard.full_generations);
    if (estimated && !record.same_as && !values_of_items(record, search).empty()) later.push_back(&record);
  }
  for (const int size : kSizes) {
    std::vector<std::size_t> random = search;
    std::shuffle(random.begin(), random.end(), draw);
    random.resize(std::min(random.size(), static_cast<std::size_t>(size)));
    std::sort(random.begin(), random.end());
    for (const Record* const record : later)
      table[{"at random", size}].add(fitness_on(exam, random, *record), fitness_on(exam, search, *record));
    for (std::size_t i = 0; i < recipes::kEstimators.size(); ++i) {
      recipes::ItemsSpec spec = standard;
      spec.subset = size;
      spec.estimator = static_cast<recipes::Estimator>(i);
      const ItemSubset subset(spec, exam, fitted);
      for (const Record* const record : later)
        table[{recipes::kEstimators.at(i), size}].add(subset.fitness(*record),
                                                      fitness_on(exam, search, *record));
    }
  }
}

void print(const Table& table) {
  fmt::print("{:<10}", "items");
  for (const int size : kSizes) fmt::print("{:>8}", size);
  std::vector<std::string_view> names{"at random"};
  names.insert(names.end(), recipes::kEstimators.begin(), recipes::kEstimators.end());
  for (const std::string_view name : names) {
    fmt::print("\n{:<10}", name);
    for (const int size : kSizes) fmt::print("{:>8.2f}", table.at({name, size}).points());
  }
  fmt::print("\n{} candidates estimated\n", table.at({"at random", kSizes[0]}).count);
}

void run(const std::vector<std::string>& folders) {
  Table table;
  std::mt19937_64 draw;  // its standard seed: the same subsets in every run
  for (const std::string& folder : folders) replay(read_archive(folder + "/archive.h5"), draw, table);
  print(table);
}

}  // namespace
}  // namespace tsugi::evolve

int main(int count, char** words) {
  if (count < 2) {
    fmt::print(stderr, "replay_subset: name finished runs that were scored whole\n");
    return 2;
  }
  try {
    tsugi::evolve::run({words + 1, words + count});
  } catch (const std::exception& error) {
    fmt::print(stderr, "replay_subset: {}\n", error.what());
    return 1;
  }
}
