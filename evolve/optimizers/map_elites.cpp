// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// MAP-Elites with the tasks as axes, as CycleQD has it: one archive for each task, in which that task's score
// is the quality and the other tasks' scores say in which cell a point belongs. Tasks take turns as parents'
// archive. Of points in the cube children are made by iso+line variation.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "evolve/optimizers/common_options.h"
#include "evolve/random.h"

namespace tsugi::evolve {
namespace {

struct Elite {
  Point point;
  std::vector<double> scores;  ///< [task]
};

using Cell = std::vector<std::size_t>;  ///< bin on each axis

class MapElites : public Optimizer {
 public:
  explicit MapElites(const OptimizerSetup& setup)
      : start_(setup.start),
        population_(*given_population(setup)),
        bins_(static_cast<std::size_t>(setup.value("bins"))),
        iso_(setup.value("iso")),
        line_(setup.value("line")),
        seed_(setup.seed) {}

  std::vector<Point> ask() const override {
    std::vector<Point> points;
    std::vector<std::vector<std::size_t>> archives;
    for (std::size_t task = 0; task < tasks(); ++task) archives.push_back(archive_of(task));
    for (std::size_t k = 0; k < population_; ++k) {
      DrawStream draws(seed_, generation_, k);
      points.push_back(archives.empty() ? first_point(k, draws) : child_of(archives[k % tasks()], draws));
    }
    return points;
  }

  void tell(std::span<const Trial> trials) override {
    const std::vector<Point> points = ask();
    require_trials("map_elites", trials.size(), points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (!trials[i].failed()) told_.push_back({.point = points[i], .scores = trials[i].objectives});
    }
    ++generation_;
  }

 private:
  std::size_t tasks() const { return told_.empty() ? 0 : told_.front().scores.size(); }

  Point first_point(std::size_t k, DrawStream& draws) const {
    Point point = start_;  // the first is the start itself
    if (k == 0 && generation_ == 0) return point;
    for (double& x : point) x = draws.uniform();
    return point;
  }

  // Bins divide what has been seen of a task's scores; so they are laid anew when that widens.
  Cell cell_of(const Elite& elite, std::size_t quality, const std::vector<double>& low,
               const std::vector<double>& high) const {
    Cell cell;
    for (std::size_t task = 0; task < elite.scores.size(); ++task) {
      if (task == quality) continue;
      const double range = high[task] - low[task];
      const double share = range > 0 ? (elite.scores[task] - low[task]) / range : 0;
      cell.push_back(std::min(bins_ - 1, static_cast<std::size_t>(share * static_cast<double>(bins_))));
    }
    return cell;
  }

  // Places in told_ of the best of each cell; the earlier one of equals.
  std::vector<std::size_t> archive_of(std::size_t quality) const {
    std::vector<double> low(tasks(), std::numeric_limits<double>::infinity());
    std::vector<double> high(tasks(), -std::numeric_limits<double>::infinity());
    for (const Elite& elite : told_) {
      for (std::size_t task = 0; task < tasks(); ++task) {
        low[task] = std::min(low[task], elite.scores[task]);
        high[task] = std::max(high[task], elite.scores[task]);
      }
    }
    std::map<Cell, std::size_t> cells;
    for (std::size_t i = 0; i < told_.size(); ++i) {
      const auto [place, is_new] = cells.emplace(cell_of(told_[i], quality, low, high), i);
      if (!is_new && told_[i].scores[quality] > told_[place->second].scores[quality]) place->second = i;
    }
    std::vector<std::size_t> elites;
    for (const auto& [cell, elite] : cells) elites.push_back(elite);
    return elites;
  }

  // x_a + N(0, iso^2 I) + N(0, line^2) (x_b - x_a), Vassiliades and Mouret (2018), eq. 3.
  Point child_of(const std::vector<std::size_t>& elites, DrawStream& draws) const {
    const Point& a = told_[elites[draws.below(elites.size())]].point;
    const Point& b = told_[elites[draws.below(elites.size())]].point;
    const double along = line_ * draws.normal();
    Point child(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      child[i] = std::clamp(a[i] + iso_ * draws.normal() + along * (b[i] - a[i]), 0.0, 1.0);
    }
    return child;
  }

  Point start_;
  std::size_t population_;
  std::size_t bins_;
  double iso_;
  double line_;
  std::uint64_t seed_;
  std::size_t generation_ = 0;
  std::vector<Elite> told_;  ///< every point that did not fail
};

}  // namespace

OptimizerKind optimizer_map_elites() {
  return {
      .name = "map_elites",
      .title = "MAP-Elites, one archive a task",
      .source = "Mouret and Clune (2015), arXiv 1504.04909; Kuroki et al., CycleQD, arXiv 2410.14735",
      .use = "for several tasks, to keep a variety of specialists and all-rounders",
      .objectives = Objectives::several,
      .least_tasks = 2,
      .options = {population_option(16, 1, "candidates scored together; the first lot is uniform"),
                  {.name = "bins",
                   .standard = 15,  // CycleQD's
                   .low = 2,
                   .high = 1000,
                   .whole = true,
                   .doc = "cells along each other task's scores"},
                  {.name = "iso",
                   .standard = 0.01,  // Vassiliades and Mouret's
                   .low = 1e-6,
                   .high = 1,
                   .doc = "standard deviation of a child's every gene, as a share of its range"},
                  {.name = "line",
                   .standard = 0.2,  // Vassiliades and Mouret's
                   .low = 0,
                   .high = 2,
                   .doc = "standard deviation along the line to a second parent, as a share of its length"}},
      .start = [](const OptimizerSetup& setup) -> std::unique_ptr<Optimizer> {
        return std::make_unique<MapElites>(setup);
      }};
}

}  // namespace tsugi::evolve
