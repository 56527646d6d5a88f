// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A CMA-ES with restarts, in unbounded coordinates, and the same as an optimizer in the unit cube.
//
// A Strategy is a value with population(), generation(), mean(), sample(seed), update(points, order) and
// stopped(); points are as it samples them.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <utility>

#include "evolve/box.h"
#include "evolve/optimizers/cma/restarts.h"
#include "evolve/optimizers/common_options.h"
#include "evolve/optimizers/optimizer.h"
#include "evolve/random.h"
#include "evolve/stagnation.h"
#include "recipes/error.h"

namespace tsugi::evolve {

/// Which runs there are, and how one begins.
template <typename Strategy>
struct RunSettings {
  std::size_t dimension = 0;
  double sigma = 0;  ///< first step length
  Restarts restarts = Restarts::none;
  std::size_t most_restarts = 0;
  std::uint64_t seed = 0;
  /// The start of the run of that number; the first is number 0.
  std::function<std::vector<double>(std::size_t run)> start;
  /// A strategy in its first state. Without a population, its own standard.
  std::function<Strategy(const std::vector<double>& start, double sigma,
                         std::optional<std::size_t> population)>
      make;
};

/// The seed of a run, from that of the search.
inline std::uint64_t seed_of_run(std::uint64_t seed, std::size_t run) {
  return run == 0 ? seed : random_bits({seed, run, 0, 0});
}

template <typename Strategy>
class CmaRuns {
 public:
  CmaRuns(RunSettings<Strategy> settings, std::optional<std::size_t> population)
      : settings_(std::move(settings)),
        strategy_(settings_.make(settings_.start(0), settings_.sigma, population)),
        schedule_(settings_.restarts, settings_.most_restarts, strategy_.population(), settings_.seed) {}

  const Strategy& strategy() const { return strategy_; }
  std::size_t run() const { return run_; }
  bool finished() const { return finished_; }
  /// Why the last run ended that did.
  const std::string& reason() const { return reason_; }

  std::vector<Point> sample() const { return strategy_.sample(seed_of_run(settings_.seed, run_)); }

  /// `points` are sample()'s. Begins the next run where this one has ended.
  void update(std::span<const Point> points, std::span<const Trial> trials) {
    const std::vector<std::size_t> order = rank(trials);
    record_generation(history_, trials, order);
    strategy_.update(points, order);
    const auto reason = ended();
    if (!reason) return;
    reason_ = *reason;
    if (history_.best_ever > best_ever_) {
      best_ever_ = history_.best_ever;
      best_mean_ = strategy_.mean();
    }
    finished_ = !schedule_.advance(history_.generations * strategy_.population());
    if (finished_) return;
    ++run_;
    history_ = {};
    strategy_ = settings_.make(settings_.start(run_), settings_.sigma * schedule_.plan().sigma_factor,
                               schedule_.plan().population);
  }

  /// Of the run that has seen the best trial.
  const std::vector<double>& mean() const {
    return best_mean_.empty() || history_.best_ever > best_ever_ ? strategy_.mean() : best_mean_;
  }

 private:
  std::optional<std::string> ended() const {
    if (auto reason = stagnated(history_, settings_.dimension, strategy_.population())) return reason;
    if (history_.generations >= schedule_.plan().most_generations) return "a local run's share is used up";
    return strategy_.stopped();
  }

  RunSettings<Strategy> settings_;
  Strategy strategy_;
  RestartSchedule schedule_;
  FitnessHistory history_;
  std::size_t run_ = 0;
  bool finished_ = false;
  std::string reason_;
  std::vector<double> best_ever_;  ///< objectives of the best trial of all runs that have ended
  std::vector<double> best_mean_;  ///< the mean at the end of that run
};

/// A third of the cube's side, pycma's limit for bounded problems: wider, and mirroring makes the samples
/// uniform.
inline constexpr double kMostDeviation = 1.0 / 3;

/// At any population from 4 on they have 80 to 85 % of the recombination weights.
inline constexpr double kLeading = 0.25;

/// The point of the unit cube that a sample stands for; a strategy with other coordinates than the box's
/// declares its own.
template <typename Strategy>
Point in_cube(const Strategy&, const std::vector<double>& sampled) {
  return into_box(sampled);
}

inline Option cma_population_option() {
  return population_option({}, 2, "candidates in a generation; without it 4 + 3 ln(genes), rounded down");
}

inline std::vector<Option> cma_options() {
  return {sigma_option(),
          cma_population_option(),
          {.name = "restarts",
           .standard = 0,
           .words = {"none", "ipop", "bipop"},
           .doc = "after a run has converged: stop, begin anew with twice the population, or in turn with a "
                  "larger one and from a shorter step"},
          {.name = "max_restarts",
           .standard = 9,  // pycma's
           .low = 1,
           .high = 40,  // doublings; more exceed any budget
           .whole = true,
           .doc = "restarts with a larger population at most"}};
}

/// The first run starts at the search's start, later ones anywhere in the cube.
template <typename Strategy>
RunSettings<Strategy> cube_settings(const OptimizerSetup& setup) {
  RunSettings<Strategy> settings;
  settings.dimension = setup.dimension();
  settings.sigma = setup.value("sigma");
  settings.restarts = static_cast<Restarts>(setup.find("restarts").value_or(0));
  settings.most_restarts = static_cast<std::size_t>(setup.find("max_restarts").value_or(0));
  settings.seed = setup.seed;
  settings.start = [start = setup.start, seed = setup.seed](std::size_t run) {
    Point point = start;
    if (run > 0) {
      for (std::size_t i = 0; i < point.size(); ++i) point[i] = uniform({seed, run, 1, i});
    }
    return out_of_box(point);
  };
  return settings;
}

template <typename Strategy>
class CmaOptimizer : public Optimizer {
 public:
  CmaOptimizer(std::string_view name, RunSettings<Strategy> settings, std::optional<std::size_t> population)
      : name_(name), runs_(std::move(settings), population) {}

  std::vector<Point> ask() const override {
    std::vector<Point> points = runs_.sample();
    for (Point& point : points) point = in_cube(runs_.strategy(), point);
    return points;
  }

  void tell(std::span<const Trial> trials) override {
    const std::vector<Point> points = runs_.sample();
    require_trials(name_, trials.size(), points.size());
    runs_.update(points, trials);
  }

  std::optional<Point> mean() const override { return in_cube(runs_.strategy(), runs_.mean()); }

  std::optional<std::string> stopped() const override {
    return runs_.finished() ? std::optional(runs_.reason()) : std::nullopt;
  }

 private:
  std::string_view name_;
  CmaRuns<Strategy> runs_;
};

}  // namespace tsugi::evolve
