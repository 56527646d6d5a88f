// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// M2N2's natural niches on points of the cube: members compete for items, mates are those who know what the
// first parent does not. The paper crosses models at a split point by slerp; genes are numbers with ranges
// and no directions, so here the two parts are interpolated linearly.
#include <algorithm>
#include <numeric>

#include "evolve/optimizers/common_options.h"
#include "evolve/optimizers/genetic/niches.h"
#include "evolve/random.h"

namespace tsugi::evolve {
namespace {

struct Member {
  Point point;
  std::vector<double> scores;  ///< [item]
};

ItemScores scores_of(const std::vector<Member>& members) {
  ItemScores scores;
  for (const Member& member : members) scores.push_back(member.scores);
  return without_negatives(std::move(scores));
}

// A place with a probability in proportion to its weight; any when all are zero.
std::size_t draw_by_weight(const std::vector<double>& weights, DrawStream& draws) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!(total > 0)) return draws.below(weights.size());
  double left = draws.uniform() * total;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return weights.size() - 1;
}

class NaturalNiches : public Optimizer {
 public:
  explicit NaturalNiches(const OptimizerSetup& setup)
      : start_(setup.start),
        population_(*given_population(setup)),
        archive_(static_cast<std::size_t>(setup.value("archive"))),
        competition_(setup.value("competition")),
        mutation_(setup.value("mutation")),
        seed_(setup.seed) {}

  std::vector<Point> ask() const override {
    const ItemScores scores = scores_of(members_);
    const std::vector<double> fitness = shared_fitness(scores, competition_);
    std::vector<Point> points;
    for (std::size_t k = 0; k < population_; ++k) {
      DrawStream draws(seed_, generation_, k);
      const bool filling = asked_ + k < archive_ || members_.empty();
      points.push_back(filling ? first_point(asked_ + k, draws) : child_of(scores, fitness, draws));
    }
    return points;
  }

  void tell(std::span<const Trial> trials) override {
    const std::vector<Point> points = ask();
    require_trials("natural_niches", trials.size(), points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (trials[i].failed()) continue;
      const bool by_item = !trials[i].items.empty();
      members_.push_back({.point = points[i], .scores = by_item ? trials[i].items : trials[i].objectives});
      if (members_.size() > archive_) drop_weakest();
    }
    asked_ += points.size();
    ++generation_;
  }

 private:
  Point first_point(std::size_t number, DrawStream& draws) const {
    Point point = start_;  // the first is the start itself
    if (number == 0) return point;
    for (double& x : point) x = draws.uniform();
    return point;
  }

  // Of equals the newest goes.
  void drop_weakest() {
    const std::vector<double> fitness = shared_fitness(scores_of(members_), competition_);
    std::size_t weakest = 0;
    for (std::size_t i = 1; i < fitness.size(); ++i) {
      if (fitness[i] <= fitness[weakest]) weakest = i;
    }
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(weakest));
  }

  Point child_of(const ItemScores& scores, const std::vector<double>& fitness, DrawStream& draws) const {
    const std::size_t first = draw_by_weight(fitness, draws);
    const std::vector<double> pull = attraction(scores, first);
    const bool attracted = std::any_of(pull.begin(), pull.end(), [](double p) { return p > 0; });
    const std::size_t second = draw_by_weight(attracted ? pull : fitness, draws);
    const Point& a = members_[first].point;
    const Point& b = members_[second].point;
    const std::size_t split = draws.below(a.size());
    const double mix = draws.uniform();
    Point child(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double share = i < split ? mix : 1 - mix;
      const double x = (1 - share) * a[i] + share * b[i] + mutation_ * draws.normal();
      child[i] = std::clamp(x, 0.0, 1.0);
    }
    return child;
  }

  Point start_;
  std::size_t population_;
  std::size_t archive_;
  double competition_;
  double mutation_;
  std::uint64_t seed_;
  std::size_t generation_ = 0;
  std::size_t asked_ = 0;
  std::vector<Member> members_;  ///< oldest first, at most archive_
};

}  // namespace

OptimizerKind optimizer_natural_niches() {
  return {
      .name = "natural_niches",
      .title = "Natural niches: competition for items, attraction between complements",
      .source = "Abrantes, Lange and Tang, GECCO 2025 (M2N2), arXiv 2508.16204",
      .use = "when different candidates answer different items, with a thousand evaluations",
      .options = {population_option(8, 1, "children scored together"),
                  {.name = "archive",
                   .standard = 30,  // twice the paper's for 1000 evaluations: points of a cube cost no memory
                   .low = 2,
                   .high = 10'000,
                   .whole = true,
                   .doc = "members that live; as many uniform points come first"},
                  {.name = "competition",
                   .standard = 1,  // the paper's
                   .low = 0,
                   .high = 4,
                   .doc = "how much less an item feeds when many answer it (0: a plain genetic algorithm)"},
                  {.name = "mutation",
                   .standard = 0.05,  // of few genes, children without it stay between the first members
                   .low = 0,
                   .high = 1,
                   .doc =
                       "standard deviation that is added to a child's every gene, as a share of its range"}},
      .start = [](const OptimizerSetup& setup) -> std::unique_ptr<Optimizer> {
        return std::make_unique<NaturalNiches>(setup);
      }};
}

}  // namespace tsugi::evolve
