// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/surrogate/lq_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "evolve/optimizers/cma/eigen_views.h"
#include "evolve/random.h"

namespace tsugi::evolve {
namespace {

// pycma's settings.
constexpr double kTrusted = 0.85;           // Kendall's tau from which the model's ranking is taken
constexpr double kLeastEvaluated = 0.02;    // share of a generation
constexpr std::size_t kFirstEvaluated = 4;  // points that a model is begun with

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<std::size_t> order_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

}  // namespace

LqRun::LqRun(std::span<const double> start, double sigma, std::optional<std::size_t> population,
             double most_deviation, std::uint64_t seed)
    : parameters_(cma_parameters(start.size(), population)),
      state_(cma_start(start, sigma)),
      first_sigma_(sigma),
      most_deviation_(most_deviation),
      seed_(seed),
      model_(start.size(), parameters_.population) {
  begin_generation();
}

std::vector<Point> LqRun::wanted() const {
  std::vector<Point> points;
  for (const std::size_t i : wanted_) points.push_back(sampled_[i]);
  return points;
}

void LqRun::begin_generation() {
  sampled_ = cma_sample(parameters_, state_, seed_);
  inject_best_of_model();
  costs_.assign(sampled_.size(), std::nullopt);
  evaluated_ = 0;
  const auto share = static_cast<std::size_t>(kLeastEvaluated * static_cast<double>(parameters_.population));
  target_ = 1 + std::max(share, kFirstEvaluated - std::min(kFirstEvaluated, model_.size()));
  want_more();
}

// The first sample makes way for the model's best point, which is pulled to the length of a sample when it is
// further away than one is on average.
void LqRun::inject_best_of_model() {
  if (!toward_) return;
  const Vector step = view(*toward_);
  const double length = cma_whiten(state_, step.cwiseQuotient(view(state_.scaling))).norm() / state_.sigma;
  double factor = 1;
  if (length > std::sqrt(static_cast<double>(parameters_.dimension))) {
    DrawStream draws(seed_, state_.generation, parameters_.population);
    double squares = 0;
    for (std::size_t i = 0; i < parameters_.dimension; ++i) squares += std::pow(draws.normal(), 2);
    factor = std::sqrt(squares) / length;
  }
  view(sampled_.front()) = view(state_.mean) + factor * step;
}

// Those that the model ranks best.
void LqRun::want_more() {
  std::vector<double> modelled(sampled_.size(), 0);
  if (model_.size() > 1) {
    std::transform(sampled_.begin(), sampled_.end(), modelled.begin(),
                   [&](const Point& point) { return model_(point); });
  }
  wanted_.clear();
  for (const std::size_t i : order_of(modelled)) {
    if (evaluated_ + wanted_.size() >= target_) break;
    if (!costs_[i]) wanted_.push_back(i);
  }
}

void LqRun::tell(std::span<const Trial> trials) {
  for (std::size_t k = 0; k < wanted_.size(); ++k) {
    const bool failed = trials[k].failed();
    costs_[wanted_[k]] = failed ? kInfinity : -trials[k].objectives.front();
    if (!failed) model_.add(sampled_[wanted_[k]], *costs_[wanted_[k]]);
  }
  evaluated_ += wanted_.size();
  model_.fit();
  model_.sort_newest(evaluated_);
  if (evaluated_ == sampled_.size() || model_is_trusted()) {
    end_generation();
    begin_generation();
  } else {
    target_ += (target_ + 1) / 2;
    want_more();
  }
}

bool LqRun::model_is_trusted() const {
  const double known =
      std::min(1.2 * static_cast<double>(evaluated_), 0.75 * static_cast<double>(parameters_.population));
  const std::size_t count = std::max<std::size_t>(15, static_cast<std::size_t>(known));
  return model_.kendall(count) >= kTrusted;
}

// The truth where all of it is known, else the model's values from the best truth on. Failures stay worst.
std::vector<double> LqRun::ranking_values() const {
  std::vector<double> values(sampled_.size());
  double best = kInfinity;
  double best_modelled = kInfinity;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = evaluated_ == sampled_.size() ? *costs_[i] : model_(sampled_[i]);
    best = std::min(best, costs_[i].value_or(kInfinity));
    best_modelled = std::min(best_modelled, values[i]);
  }
  if (evaluated_ == sampled_.size()) return values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = costs_[i] == kInfinity ? kInfinity : values[i] - best_modelled + best;
  }
  return values;
}

void LqRun::end_generation() {
  const std::vector<double> values = ranking_values();
  std::vector<Trial> trials(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) trials[i].objectives = {-values[i]};
  }
  const std::vector<std::size_t> order = rank(trials);
  record_generation(history_, trials, order);
  // A bad injected point says nothing about the distribution: no active update from it.
  CmaParameters parameters = parameters_;
  const auto place = static_cast<std::size_t>(std::find(order.begin(), order.end(), 0U) - order.begin());
  if (toward_) parameters.weights[place] = std::max(0.0, parameters.weights[place]);
  cma_update(parameters, state_, sampled_, order);
  cma_cap(state_, most_deviation_);
  toward_.reset();
  if (model_.size() == 0) return;
  const Point best = model_.best();
  toward_.emplace(best);
  view(*toward_) -= view(state_.mean);
  if (!view(*toward_).allFinite()) toward_.reset();
}

std::optional<std::string> LqRun::stopped() const {
  if (auto reason = stagnated(history_, parameters_.dimension, parameters_.population)) return reason;
  return cma_stopped(parameters_, state_, first_sigma_);
}

}  // namespace tsugi::evolve
