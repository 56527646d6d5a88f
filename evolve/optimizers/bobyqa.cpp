// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Powell's BOBYQA through NLopt: a quadratic model inside a trust region, within bounds.
//
// NLopt wants a function to call, we are asked and told. So every generation runs BOBYQA again from the start
// on the recorded values, until it wants points that have none: its state is then a function of the records
// alone.
#include <algorithm>
#include <functional>
#include <nlopt.hpp>

#include "evolve/optimizers/cma/parameters.h"
#include "evolve/optimizers/common_options.h"
#include "evolve/random.h"

namespace tsugi::evolve {
namespace {

struct Evaluation {
  Point point;
  double value = 0;  ///< larger is better
};

struct Settings {
  Point start;
  double sigma = 0;
  double least_step = 0;
  std::size_t population = 0;
};

/// The value of the point that BOBYQA asks for as number `call`; nothing ends the run there.
using Answer = std::function<std::optional<double>(std::size_t call, const Point& point)>;

struct Call {
  const Answer* answer = nullptr;
  std::size_t made = 0;
};

double answer_call(const Point& point, Point& /*gradient*/, void* data) {
  auto& call = *static_cast<Call*>(data);
  const std::optional<double> value = (*call.answer)(call.made++, point);
  if (!value) throw nlopt::forced_stop();
  return *value;
}

// True when BOBYQA came to its own end.
bool run_bobyqa(const Settings& settings, const Answer& answer) {
  nlopt::opt bobyqa(nlopt::LN_BOBYQA, static_cast<unsigned>(settings.start.size()));
  Call call{&answer};
  bobyqa.set_max_objective(answer_call, &call);
  bobyqa.set_lower_bounds(0);
  bobyqa.set_upper_bounds(1);
  bobyqa.set_initial_step(settings.sigma);
  bobyqa.set_xtol_abs(std::min(settings.least_step, settings.sigma / 2));
  Point place = settings.start;
  double best = 0;
  try {
    bobyqa.optimize(place, best);
  } catch (const nlopt::forced_stop&) {
    return false;
  } catch (const nlopt::roundoff_limited&) {
    return true;
  } catch (const std::runtime_error&) {  // NLopt's word for a model that has become singular
    return true;
  }
  return true;
}

class Bobyqa : public Optimizer {
 public:
  explicit Bobyqa(const OptimizerSetup& setup)
      : settings_{.start = setup.start,
                  .sigma = setup.value("sigma"),
                  .least_step = setup.value("least_step"),
                  .population = given_population(setup).value_or(standard_population(setup.dimension()))} {
    plan();
  }

  std::vector<Point> ask() const override { return next_; }

  void tell(std::span<const Trial> trials) override {
    require_trials("bobyqa", trials.size(), next_.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
      told_.push_back(
          {.point = next_[i], .value = trials[i].failed() ? worst() : trials[i].objectives.front()});
    }
    plan();
  }

  std::optional<std::string> stopped() const override {
    if (!ended_) return std::nullopt;
    return "the trust region is smaller than least_step";
  }

 private:
  // What a failed trial counts as: the model needs a number, and no better one is known.
  double worst() const {
    double value = told_.empty() ? 0 : told_.front().value;
    for (const Evaluation& evaluation : told_) value = std::min(value, evaluation.value);
    return value;
  }

  // The points that BOBYQA asks for beyond the records, with made-up values for up to `population` of them.
  std::vector<Point> requests(std::uint64_t made_up) {
    std::vector<Point> asked;
    std::size_t matched = told_.size();
    ended_ = run_bobyqa(settings_, [&](std::size_t call, const Point& point) -> std::optional<double> {
      if (call < matched && told_[call].point == point) return told_[call].value;
      matched = std::min(matched, call);
      if (call - matched == settings_.population) return std::nullopt;
      asked.push_back(point);
      return made_up == 0 ? 0 : uniform({made_up, call, 0, 0});
    });
    told_.resize(matched);
    return asked;
  }

  // Points that are the same whatever the made-up values are can be scored together: BOBYQA's first 2n + 1.
  // Should values have mattered after all, the record does not match the next run and is dropped from there.
  void plan() {
    const std::vector<Point> other = requests(1);
    next_ = requests(0);
    const auto [end, unused] = std::mismatch(next_.begin(), next_.end(), other.begin(), other.end());
    ended_ = next_.empty();
    if (!ended_) next_.erase(std::max(end, next_.begin() + 1), next_.end());
    if (ended_) next_ = {settings_.start};
  }

  Settings settings_;
  std::vector<Evaluation> told_;
  std::vector<Point> next_;
  bool ended_ = false;
};

std::vector<Option> options() {
  Option sigma = sigma_option();
  sigma.high = 0.5;  // BOBYQA wants room for a step to both sides
  sigma.doc = "first radius of the trust region, as a share of a gene's range";
  return {
      sigma,
      population_option({}, 1,
                        "most candidates scored together, while no value matters for the next: the first 2 "
                        "genes + 1; without it 4 + 3 ln(genes), rounded down"),
      {.name = "least_step",
       .standard = 1e-4,  // a step that moves a weight by 1e-4 of its range changes no answer
       .low = 1e-10,
       .high = 0.25,
       .doc = "the search ends when the trust region has shrunk to this share of a gene's range"}};
}

}  // namespace

OptimizerKind optimizer_bobyqa() {
  return {.name = "bobyqa",
          .title = "BOBYQA, a quadratic model in a trust region (NLopt)",
          .source = "Powell, Cambridge DAMTP 2009/NA06",
          .use = "for a smooth fitness and few evaluations, up to about 50 genes",
          .draws = false,
          .least_genes = 2,
          .options = options(),
          .start = [](const OptimizerSetup& setup) -> std::unique_ptr<Optimizer> {
            return std::make_unique<Bobyqa>(setup);
          }};
}

}  // namespace tsugi::evolve
