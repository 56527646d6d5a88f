// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Differential evolution with success-history adaptation: L-SHADE without its shrinking population, which
// would need a budget that is final, while a search may be extended. Of the family it needs no settings to be
// tuned, which a search of a few hundred evaluations could not afford (equation numbers are those of the
// paper).
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "evolve/optimizers/common_options.h"
#include "evolve/random.h"

namespace tsugi::evolve {
namespace {

// L-SHADE's settings.
constexpr std::size_t kMemories = 6;
constexpr double kBestShare = 0.11;
constexpr double kArchiveRatio = 2.6;
constexpr double kFirstMemory = 0.5;
constexpr double kDeviation = 0.1;  // of F (Cauchy's scale) and CR around their memories

// Draws of a generation that are for no member.
constexpr std::size_t kSelection = std::numeric_limits<std::size_t>::max();

struct Member {
  Point point;
  std::vector<double> objectives;  ///< empty after a failure
};

/// A child and the settings it was made with.
struct Child {
  Point point;
  double scale = 0;      ///< F
  double crossover = 0;  ///< CR
};

struct Success {
  double scale = 0;
  double crossover = 0;
  double gain = 0;  ///< of the first objective
};

// Weighted Lehmer mean (eq. 7-9); without any gain in the first objective all count the same.
double lehmer_mean(const std::vector<Success>& successes, double Success::*value) {
  const double gains = std::accumulate(successes.begin(), successes.end(), 0.0,
                                       [](double sum, const Success& s) { return sum + s.gain; });
  double squares = 0;
  double sum = 0;
  for (const Success& success : successes) {
    const double weight = gains > 0 ? success.gain : 1;
    squares += weight * (success.*value) * (success.*value);
    sum += weight * success.*value;
  }
  return sum > 0 ? squares / sum : 0;
}

class DifferentialEvolution : public Optimizer {
 public:
  explicit DifferentialEvolution(const OptimizerSetup& setup)
      : start_(setup.start),
        population_(*given_population(setup)),
        seed_(setup.seed),
        scales_(kMemories, kFirstMemory),
        crossovers_(kMemories, kFirstMemory) {}

  std::vector<Point> ask() const override {
    std::vector<Point> points;
    for (const Child& child : children()) points.push_back(child.point);
    return points;
  }

  void tell(std::span<const Trial> trials) override {
    require_trials("de", trials.size(), population_);
    const std::vector<Child> born = children();
    if (members_.empty()) members_.resize(population_);
    std::vector<Success> successes;
    DrawStream draws(seed_, generation_, kSelection);
    for (std::size_t i = 0; i < population_; ++i) {
      const std::vector<double> objectives =
          trials[i].failed() ? std::vector<double>() : trials[i].objectives;
      Member& member = members_[i];
      const bool better = objectives > member.objectives;
      if (!better && objectives != member.objectives && generation_ > 0) continue;
      if (better && generation_ > 0) {
        const bool measured = !member.objectives.empty();
        successes.push_back({.scale = born[i].scale,
                             .crossover = born[i].crossover,
                             .gain = measured ? objectives.front() - member.objectives.front() : 0});
        remember(member.point, draws);
      }
      member = {.point = born[i].point, .objectives = objectives};
    }
    learn(successes);
    ++generation_;
  }

 private:
  std::vector<Child> children() const {
    std::vector<Child> born(population_);
    const std::vector<std::size_t> best = generation_ > 0 ? ranked() : std::vector<std::size_t>();
    for (std::size_t i = 0; i < population_; ++i) {
      DrawStream draws(seed_, generation_, i);
      born[i] = generation_ > 0 ? child_of(i, best, draws) : Child{first_point(i, draws), 0, 0};
    }
    return born;
  }

  Point first_point(std::size_t i, DrawStream& draws) const {
    Point point = start_;  // the first member is the start itself
    if (i == 0) return point;
    for (double& x : point) x = draws.uniform();
    return point;
  }

  std::vector<std::size_t> ranked() const {
    std::vector<std::size_t> order(members_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return members_[a].objectives > members_[b].objectives;
    });
    return order;
  }

  const Point& member_or_archived(std::size_t i) const {
    return i < members_.size() ? members_[i].point : archive_[i - members_.size()];
  }

  // current-to-pbest/1 with archive (eq. 3), midpoint to a bound that was passed (eq. 4), binomial crossover.
  Child child_of(std::size_t i, const std::vector<std::size_t>& best, DrawStream& draws) const {
    Child child = settings(draws);
    const auto share = static_cast<std::size_t>(std::round(kBestShare * static_cast<double>(population_)));
    const Point& x = members_[i].point;
    const Point& leader = members_[best[draws.below(std::max<std::size_t>(2, share))]].point;
    std::size_t one = i;
    while (one == i) one = draws.below(population_);
    std::size_t two = i;
    while (two == i || two == one) two = draws.below(population_ + archive_.size());
    const Point& plus = members_[one].point;
    const Point& minus = member_or_archived(two);
    child.point = x;
    const std::size_t always = draws.below(x.size());
    for (std::size_t j = 0; j < x.size(); ++j) {
      if (draws.uniform() >= child.crossover && j != always) continue;
      const double y = x[j] + child.scale * (leader[j] - x[j] + plus[j] - minus[j]);
      child.point[j] = y < 0 ? x[j] / 2 : y > 1 ? (1 + x[j]) / 2 : y;
    }
    return child;
  }

  // F and CR around a memory (eq. 5-6).
  Child settings(DrawStream& draws) const {
    const std::size_t memory = draws.below(kMemories);
    Child child;
    while (child.scale <= 0) {
      const double cauchy = std::tan(std::numbers::pi * (draws.uniform() - 0.5));
      child.scale = std::min(1.0, scales_[memory] + kDeviation * cauchy);
    }
    const double crossover = crossovers_[memory] + kDeviation * draws.normal();
    child.crossover = crossovers_[memory] < 0 ? 0 : std::clamp(crossover, 0.0, 1.0);
    return child;
  }

  void remember(const Point& point, DrawStream& draws) {
    const auto most = static_cast<std::size_t>(kArchiveRatio * static_cast<double>(population_));
    if (archive_.size() < most) {
      archive_.push_back(point);
    } else {
      archive_[draws.below(most)] = point;
    }
  }

  // A negative memory of CR stays so: where only copies of all but one gene succeed, others waste
  // evaluations.
  void learn(const std::vector<Success>& successes) {
    if (successes.empty()) return;
    const bool all_zero =
        std::all_of(successes.begin(), successes.end(), [](const Success& s) { return s.crossover == 0; });
    crossovers_[next_] =
        crossovers_[next_] < 0 || all_zero ? -1 : lehmer_mean(successes, &Success::crossover);
    scales_[next_] = lehmer_mean(successes, &Success::scale);
    next_ = (next_ + 1) % kMemories;
  }

  Point start_;
  std::size_t population_;
  std::uint64_t seed_;
  std::size_t generation_ = 0;
  std::vector<Member> members_;     ///< [population]; empty before the first generation
  std::vector<Point> archive_;      ///< members that were replaced by better ones
  std::vector<double> scales_;      ///< memories of F
  std::vector<double> crossovers_;  ///< memories of CR
  std::size_t next_ = 0;            ///< memory that is written next
};

}  // namespace

OptimizerKind optimizer_de() {
  return {.name = "de",
          .title = "Differential evolution with success-history adaptation",
          .source = "Tanabe and Fukunaga, CEC 2014 (L-SHADE) without reduction of the population",
          .use = "for rugged fitness with a thousand evaluations or more",
          .options = {population_option(30, 4, "members, each of which gets one child a generation")},
          .start = [](const OptimizerSetup& setup) -> std::unique_ptr<Optimizer> {
            return std::make_unique<DifferentialEvolution>(setup);
          }};
}

}  // namespace tsugi::evolve
