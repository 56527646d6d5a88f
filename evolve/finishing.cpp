// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/finishing.h"

#include <numeric>
#include <utility>

#include "evolve/random.h"

namespace tsugi::evolve {
namespace {

class InSequence : public Optimizer {
 public:
  explicit InSequence(Finishing plan) : plan_(std::move(plan)) { go_on_if_done(); }

  std::vector<Point> ask() const override { return current().ask(); }

  void tell(std::span<const Trial> trials) override {
    if (last_ != nullptr) {
      last_->tell(trials);
      return;
    }
    const std::vector<Point> points = plan_.first->ask();
    plan_.first->tell(trials);
    for (std::size_t i = 0; i < trials.size(); ++i) look_at(points[i], trials[i]);
    told_ += trials.size();
    go_on_if_done();
  }

  std::optional<Point> mean() const override { return current().mean(); }

  std::optional<std::string> stopped() const override {
    return last_ == nullptr ? std::nullopt : last_->stopped();
  }

  std::optional<Objectives> objectives() const override {
    return (last_ == nullptr ? plan_.first_kind : plan_.last_kind)->objectives;
  }

 private:
  const Optimizer& current() const { return last_ == nullptr ? *plan_.first : *last_; }

  // Scores of several tasks are summed, as the search does.
  void look_at(const Point& point, const Trial& trial) {
    if (trial.failed()) return;
    std::vector<double> value = trial.objectives;
    if (plan_.first_kind->objectives == Objectives::several)
      value = {std::accumulate(value.begin(), value.end(), 0.0)};
    if (!best_.empty() && value <= best_value_) return;
    best_value_ = std::move(value);
    best_ = point;
  }

  void go_on_if_done() {
    if (told_ < plan_.first_evaluations && !plan_.first->stopped()) return;
    OptimizerSetup setup = plan_.last_setup;
    // Of the same seed and yet not the first one's numbers once more.
    setup.seed = random_bits({.seed = setup.seed, .generation = 0, .candidate = 0, .coordinate = 1});
    if (!best_.empty()) setup.start = plan_.first->mean().value_or(best_);
    last_ = start_optimizer(*plan_.last_kind, std::move(setup));
  }

  Finishing plan_;
  std::unique_ptr<Optimizer> last_;
  std::size_t told_ = 0;
  Point best_;  ///< empty while nothing was measured
  std::vector<double> best_value_;
};

}  // namespace

std::unique_ptr<Optimizer> finish_with(Finishing plan) {
  return std::make_unique<InSequence>(std::move(plan));
}

}  // namespace tsugi::evolve
