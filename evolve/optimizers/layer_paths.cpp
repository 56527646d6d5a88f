// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Evolution of paths through layers: children of the best candidates so far, each by a few changes that keep
// most of a path in its order, which a distribution over separate genes cannot do. Selection is that of a (mu
// + lambda) evolution strategy with distinct members.
#include <algorithm>

#include "evolve/optimizers/common_options.h"
#include "evolve/optimizers/genetic/paths.h"
#include "evolve/random.h"

namespace tsugi::evolve {
namespace {

struct Member {
  Point point;
  Trial trial;
};

class LayerPaths : public Optimizer {
 public:
  explicit LayerPaths(const OptimizerSetup& setup)
      : start_(setup.start),
        levels_(setup.levels),
        place_(PathPlace::find(levels_)),
        others_(place_.others(start_.size())),
        population_(*given_population(setup)),
        parents_(static_cast<std::size_t>(setup.value("parents"))),
        sigma_(setup.value("sigma")),
        seed_(setup.seed) {}

  std::vector<Point> ask() const override {
    std::vector<Point> points;
    for (std::size_t k = 0; k < population_; ++k) {
      if (generation_ == 0 && k == 0) {
        points.push_back(start_);
        continue;
      }
      DrawStream draws(seed_, generation_, k);
      points.push_back(child_of(members_.empty() ? start_ : choose(draws).point, draws));
    }
    return points;
  }

  void tell(std::span<const Trial> trials) override {
    const std::vector<Point> points = ask();
    require_trials("layer_paths", trials.size(), points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto same = [&](const Member& member) { return member.point == points[i]; };
      const bool known = std::any_of(members_.begin(), members_.end(), same);
      if (!trials[i].failed() && !known) members_.push_back({points[i], trials[i]});
    }
    keep_best();
    ++generation_;
  }

 private:
  // The better of two: members are sorted.
  const Member& choose(DrawStream& draws) const {
    const std::size_t a = draws.below(members_.size());
    const std::size_t b = draws.below(members_.size());
    return members_[std::min(a, b)];
  }

  // One change at least; each further one half as likely.
  Point child_of(const Point& parent, DrawStream& draws) const {
    Point child = parent;
    do {
      const bool both = place_.most > 0 && !others_.empty();
      const bool along = both ? draws.uniform() < 0.5 : place_.most > 0;
      along ? change_along(child, draws) : change_others(child, draws);
    } while (draws.uniform() < 0.5);
    return child;
  }

  // The path, or in one of seven cases, where it has them, its numbers.
  void change_along(Point& point, DrawStream& draws) const {
    GenePath path = place_.read(point);
    const std::size_t first_number = place_.begin + place_.most;
    if (path.empty()) path.push_back({.choice = 1 + draws.below(place_.choices)});
    if (place_.numbered && draws.below(7) == 0) {
      const double rate = 1 / static_cast<double>(path.size());
      for (PathHopGene& hop : path) {
        if (draws.uniform() < rate) hop.number = jittered(hop.number, sigma_, draws);
      }
    } else {
      change_path(path, place_, place_.numbered ? start_[first_number] : 0, draws);
    }
    place_.write(path, start_, point);
  }

  // Half of the other genes, and one at least.
  void change_others(Point& point, DrawStream& draws) const {
    const std::size_t certain = others_[draws.below(others_.size())];
    for (const std::size_t gene : others_) {
      if (gene != certain && draws.uniform() < 0.5) continue;
      const std::size_t values = levels_.empty() ? 0 : levels_[gene];
      point[gene] = values > 1 ? static_cast<double>(draws.below(values)) / static_cast<double>(values - 1)
                               : jittered(point[gene], sigma_, draws);
    }
  }

  // Best first; of equals the older ones.
  void keep_best() {
    std::vector<Trial> trials;
    for (const Member& member : members_) trials.push_back(member.trial);
    std::vector<Member> best;
    for (const std::size_t i : rank(trials)) {
      if (best.size() < parents_) best.push_back(members_[i]);
    }
    members_ = std::move(best);
  }

  Point start_;
  std::vector<std::size_t> levels_;
  PathPlace place_;
  std::vector<std::size_t> others_;
  std::size_t population_;
  std::size_t parents_;
  double sigma_;
  std::uint64_t seed_;
  std::size_t generation_ = 0;
  std::vector<Member> members_;  ///< best first
};

}  // namespace

OptimizerKind optimizer_layer_paths() {
  return {
      .name = "layer_paths",
      .title = "Evolution of paths: hops inserted, deleted, replaced, swapped, stretches repeated and moved",
      .source = "(mu + lambda) selection, Beyer and Schwefel, Natural Computing 1, 2002",
      .use = "for layers in the path form",
      .options = {population_option(12, 1, "children scored together"),
                  {.name = "parents",
                   .standard = 12,  // as many as a generation has children, the usual strength of truncation
                                    // with tournaments
                   .low = 1,
                   .high = 10'000,
                   .whole = true,
                   .doc = "best distinct candidates that have children"},
                  sigma_option()},
      .start = [](const OptimizerSetup& setup) -> std::unique_ptr<Optimizer> {
        return std::make_unique<LayerPaths>(setup);
      }};
}

}  // namespace tsugi::evolve
