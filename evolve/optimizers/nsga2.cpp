// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// NSGA-II: parents and children compete by front of dominance, then by how far their neighbours are.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "evolve/optimizers/common_options.h"
#include "evolve/optimizers/genetic/pareto.h"
#include "evolve/optimizers/genetic/variation.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

// pymoo's defaults.
constexpr double kCrossover = 0.9;
constexpr double kCrossoverEta = 15;
constexpr double kMutated = 0.9;  // share of children that mutation looks at
constexpr double kMutationEta = 20;

// Draws of a generation that are for no child.
constexpr std::size_t kPairing = std::numeric_limits<std::size_t>::max();

struct Member {
  Point point;
  std::vector<double> objectives;  ///< empty after a failure
  double crowding = 0;             ///< within its front
};

class Nsga2 : public Optimizer {
 public:
  explicit Nsga2(const OptimizerSetup& setup)
      : start_(setup.start),
        population_(*given_population(setup)),
        epsilon_(setup.value("epsilon")),
        seed_(setup.seed) {}

  std::vector<Point> ask() const override { return generation_ == 0 ? first_points() : children(); }

  void tell(std::span<const Trial> trials) override {
    const std::vector<Point> points = ask();
    require_trials("nsga2", trials.size(), points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      members_.push_back({.point = points[i], .objectives = compared(trials[i])});
    }
    survive();
    ++generation_;
  }

 private:
  std::vector<double> compared(const Trial& trial) const {
    if (trial.failed()) return {};
    std::vector<double> values = trial.objectives;
    for (const Member& member : members_) {
      if (member.objectives.empty() || member.objectives.size() == values.size()) continue;
      throw Error(fmt::format("nsga2: {} objectives beside {}", values.size(), member.objectives.size()));
    }
    if (epsilon_ > 0) {
      for (double& value : values) value = std::floor(value / epsilon_);
    }
    return values;
  }

  std::vector<Point> first_points() const {
    std::vector<Point> points(population_, start_);  // one is the start itself
    for (std::size_t k = 1; k < population_; ++k) {
      for (std::size_t i = 0; i < start_.size(); ++i) points[k][i] = uniform({seed_, 0, k, i});
    }
    return points;
  }

  // Of all members the best `population`, by front, then by crowding.
  void survive() {
    std::vector<std::vector<double>> objectives;
    for (const Member& member : members_) objectives.push_back(member.objectives);
    std::vector<Member> kept;
    for (const std::vector<std::size_t>& front : fronts_of(objectives)) {
      const std::vector<double> crowding = crowding_of(objectives, front);
      std::vector<std::size_t> order(front.size());
      std::iota(order.begin(), order.end(), 0);
      if (kept.size() + front.size() > population_) {
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return crowding[a] > crowding[b]; });
      }
      for (const std::size_t i : order) {
        if (kept.size() == population_) break;
        members_[front[i]].crowding = crowding[i];
        kept.push_back(members_[front[i]]);
      }
    }
    members_ = std::move(kept);
  }

  std::size_t winner(std::size_t a, std::size_t b, DrawStream& draws) const {
    if (dominates(members_[a].objectives, members_[b].objectives)) return a;
    if (dominates(members_[b].objectives, members_[a].objectives)) return b;
    if (members_[a].crowding != members_[b].crowding) {
      return members_[a].crowding > members_[b].crowding ? a : b;
    }
    return draws.uniform() < 0.5 ? a : b;
  }

  // The next of shuffled members, so that all meet before one meets a second time.
  std::size_t next_rival(std::vector<std::size_t>& waiting, DrawStream& draws) const {
    if (waiting.empty()) {
      waiting.resize(members_.size());
      std::iota(waiting.begin(), waiting.end(), 0);
    }
    const std::size_t place = draws.below(waiting.size());
    const std::size_t rival = waiting[place];
    waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(place));
    return rival;
  }

  bool is_known(const Point& point, const std::vector<Point>& others) const {
    return std::find(others.begin(), others.end(), point) != others.end() ||
           std::any_of(members_.begin(), members_.end(),
                       [&](const Member& member) { return member.point == point; });
  }

  // Children that are no copies. Where hardly anything else is born, copies fill up.
  std::vector<Point> children() const {
    const double rate = std::min(0.5, 1 / static_cast<double>(start_.size()));
    DrawStream pairing(seed_, generation_, kPairing);
    std::vector<std::size_t> waiting;
    std::vector<Point> born;
    const std::size_t most_tries = 100 * population_;  // pymoo's limit
    for (std::size_t tries = 0; born.size() < population_; ++tries) {
      std::size_t parents[2];
      for (std::size_t& parent : parents) {
        const std::size_t a = next_rival(waiting, pairing);
        parent = winner(a, next_rival(waiting, pairing), pairing);
      }
      DrawStream draws(seed_, generation_, tries);
      auto [one, two] = simulated_binary_crossover(members_[parents[0]].point, members_[parents[1]].point,
                                                   kCrossover, kCrossoverEta, draws);
      for (Point* child : {&one, &two}) {
        if (draws.uniform() < kMutated) mutate_polynomially(*child, rate, kMutationEta, draws);
        const bool wanted = tries >= most_tries || !is_known(*child, born);
        if (wanted && born.size() < population_) born.push_back(*child);
      }
    }
    return born;
  }

  Point start_;
  std::size_t population_;
  double epsilon_;
  std::uint64_t seed_;
  std::size_t generation_ = 0;
  std::vector<Member> members_;  ///< by front, best first
};

}  // namespace

OptimizerKind optimizer_nsga2() {
  return {
      .name = "nsga2",
      .title = "NSGA-II, tasks as objectives",
      .source = "Deb et al., IEEE TEVC 6 (2002); defaults of pymoo",
      .use = "for several tasks, when the trade-offs between them are of interest",
      .objectives = Objectives::several,
      .options = {population_option(40, 2, "candidates in a generation, and members that survive it"),
                  {.name = "epsilon",
                   .standard = 0,
                   .low = 0,
                   .high = 1,
                   .doc = "scores are compared in steps of this size; a standard error makes noise no reason "
                          "to survive"}},
      .start = [](const OptimizerSetup& setup) -> std::unique_ptr<Optimizer> {
        return std::make_unique<Nsga2>(setup);
      }};
}

}  // namespace tsugi::evolve
