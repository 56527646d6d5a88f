// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/racing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "evolve/optimizers/optimizer.h"

namespace tsugi::evolve {
namespace {

using eval::Side;

// What a candidate answered counts half after four generations: by then a search has gone elsewhere. In the
// replays of docs/racing.md two to eight do as well.
double weight_of(std::size_t age) {
  return std::pow(0.5, static_cast<double>(age) / 4);
}

constexpr double kShrinkage = 2;  // answers; one to ten do as well there

// Weighted sums of the contributions of one item.
struct Sums {
  double weight = 0;
  double first = 0;
  double second = 0;

  void add(double w, double value) {
    weight += w;
    first += w * value;
    second += w * value * value;
  }
  double deviation() const { return weight > 0 ? std::max(0.0, second - first * first / weight) : 0; }
};

// [item of `items`]; empty when too little is known.
std::vector<double> variances_of(const Archive& archive, const Exam& exam,
                                 const std::vector<std::size_t>& items, std::size_t generation) {
  constexpr std::size_t kLeastCandidates = 3;  // a variance of one or two says nothing
  std::vector<Sums> sums(items.size());
  const std::vector<double> scale = contributions(exam, items, std::vector<double>(items.size(), 1));
  std::size_t candidates = 0;
  for (const Record& record : archive.records) {
    if (record.same_as || !record.fitness) continue;
    ++candidates;
    const double weight = weight_of(generation - std::min(generation, record.generation));
    for (std::size_t i = 0; i < items.size(); ++i) {
      const double score = record.scores[items[i]];
      if (!std::isnan(score)) sums[i].add(weight, score * scale[i]);
    }
  }
  double deviation = 0;
  double weight = 0;
  for (const Sums& sum : sums) {
    deviation += sum.deviation();
    weight += sum.weight;
  }
  if (candidates < kLeastCandidates || deviation <= 0) return {};
  std::vector<double> variances;
  for (const Sums& sum : sums)
    variances.push_back((sum.deviation() + kShrinkage * deviation / weight) / (sum.weight + kShrinkage));
  return variances;
}

// Every one that ranks generations of the search.
std::vector<recipes::OptimizerSpec> optimizers_at_work(const recipes::SearchSpec& spec) {
  std::vector<recipes::OptimizerSpec> all;
  for (const recipes::StageSpec& stage : spec.stages) all.push_back(stage.optimizer);
  if (all.empty()) all.push_back(spec.optimizer);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::vector<recipes::OptimizerSpec> finish = all[i].finish;
    all.insert(all.end(), finish.begin(), finish.end());
  }
  return all;
}

}  // namespace

Course course_of(const Archive& archive, const Exam& exam, std::size_t generation) {
  const std::vector<std::size_t> items = items_of(exam, Side::search);
  const std::vector<double> variances = variances_of(archive, exam, items, generation);
  std::vector<std::string> places;
  for (const std::size_t item : items) places.push_back(place_of(exam, item));
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (!variances.empty() && variances[a] != variances[b]) return variances[a] > variances[b];
    return places[a] < places[b];
  });
  Course course;
  for (const std::size_t i : order) {
    course.items.push_back(items[i]);
    if (!variances.empty()) course.variances.push_back(variances[i]);
  }
  return course;
}

void check_fewer_items(const recipes::SearchSpec& spec) {
  if (!spec.race && !spec.items) return;
  const Mark& mark = spec.race ? spec.race->mark : spec.items->mark;
  const char* what = spec.race ? "race" : "items";
  for (const recipes::OptimizerSpec& optimizer : optimizers_at_work(spec)) {
    const OptimizerKind* const kind = find_optimizer(optimizer.name);
    if (kind == nullptr || kind->leading > 0) continue;  // an unknown one is refused where it is chosen
    throw InputError(
        mark,
        fmt::format("{}: {} goes by more than the ranks of a generation, and no more is known of "
                    "candidates that answer some items only",
                    what, kind->name),
        fmt::format("choose cma_es or leave {} out", what));
  }
  for (const recipes::TaskSpec& task : spec.tasks) {
    if (!task.command || !spec.race) continue;
    throw InputError(
        mark, fmt::format("race would start the program of task '{}' for every block of items", task.name),
        "leave race out");
  }
  if (spec.fitness == recipes::Fitness::loglikelihood) {
    throw InputError(mark, fmt::format("{} goes by the metric, and fitness by loglikelihood", what),
                     "leave one of them out");
  }
}

std::optional<RaceRules> race_rules(const recipes::SearchSpec& spec, std::size_t items,
                                    std::size_t population) {
  if (!spec.race) return std::nullopt;
  // Twenty looks: more save little (docs/racing.md).
  const auto or_twentieth = [&](const std::optional<int>& given) {
    return given ? static_cast<std::size_t>(*given) : std::max<std::size_t>(1, items / 20);
  };
  double share = 0;
  for (const recipes::OptimizerSpec& optimizer : optimizers_at_work(spec)) {
    const OptimizerKind* const kind = find_optimizer(optimizer.name);
    if (kind != nullptr) share = std::max(share, kind->leading);
  }
  const double leading = share * static_cast<double>(population);
  return RaceRules{.keep = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(leading))),
                   .first = or_twentieth(spec.race->first),
                   .block = or_twentieth(spec.race->block),
                   .error = spec.race->error};
}

Race::Race(const RaceRules& rules, const Course& course, std::size_t candidates)
    : rules_(rules),
      items_(course.items.size()),
      rows_(candidates),
      sums_(candidates),
      failed_(candidates),
      running_(candidates) {
  if (!course.variances.empty()) variance_.push_back(0);
  for (const double variance : course.variances) variance_.push_back(variance_.back() + variance);
  std::iota(running_.begin(), running_.end(), 0);
}

std::optional<std::pair<std::size_t, std::size_t>> Race::next() const {
  if (running_.empty() || asked_ == items_) return std::nullopt;
  if (running_.size() == 1) return std::pair(asked_, items_);  // nothing is left to decide
  return std::pair(asked_, std::min(items_, asked_ + (asked_ == 0 ? rules_.first : rules_.block)));
}

void Race::tell(std::span<const std::vector<double>> rows) {
  asked_ = next()->second;
  for (std::size_t i = 0; i < running_.size(); ++i) {
    const std::size_t id = running_[i];
    failed_[id] = rows[i].empty();
    rows_[id].insert(rows_[id].end(), rows[i].begin(), rows[i].end());
    for (const double value : rows[i]) sums_[id] += value;
  }
  std::erase_if(running_, [&](std::size_t id) { return failed_[id]; });
  look();
}

double Race::chance_of(double behind) const {
  const double own = variance_[asked_];
  const double deviation = std::sqrt(2 * own * (1 - own / variance_.back()));
  if (behind <= 0 || deviation <= 0) return 1;
  return std::erfc(behind / deviation / std::sqrt(2.0)) / 2;
}

void Race::look() {
  if (asked_ == items_ || variance_.empty()) return;
  std::vector<std::size_t> order = running_;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sums_[a] > sums_[b]; });
  const double allowed = rules_.error * static_cast<double>(asked_) / static_cast<double>(items_);
  while (order.size() > 1) {
    const double reference = sums_[order[std::min(rules_.keep, order.size() - 1) - 1]];
    const double chance = chance_of(reference - sums_[order.back()]);
    if (spent_ + chance > allowed) break;
    spent_ += chance;
    std::erase(running_, order.back());
    order.pop_back();
  }
}

std::vector<std::optional<double>> Race::scores() const {
  std::vector<std::optional<double>> scores(rows_.size());
  std::vector<std::size_t> standing(rows_.size());
  std::iota(standing.begin(), standing.end(), 0);
  std::erase_if(standing, [&](std::size_t id) { return failed_[id]; });
  if (standing.empty()) return scores;
  // The best one, or, where it failed late, one of those that came farthest.
  const std::size_t best = *std::max_element(standing.begin(), standing.end(), [&](auto a, auto b) {
    return std::pair(rows_[a].size(), sums_[a]) < std::pair(rows_[b].size(), sums_[b]);
  });
  const double whole = sums_[best] / static_cast<double>(rows_[best].size());
  for (const std::size_t id : standing) {
    double difference = 0;
    for (std::size_t i = 0; i < rows_[id].size(); ++i) difference += rows_[id][i] - rows_[best][i];
    scores[id] = whole + difference / static_cast<double>(rows_[id].size());
  }
  return scores;
}

}  // namespace tsugi::evolve
