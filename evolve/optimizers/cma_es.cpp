// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizers/cma_es.h"

#include <fmt/format.h>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "evolve/box.h"
#include "evolve/random.h"
#include "evolve/stagnation.h"
#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using VectorMap = Eigen::Map<Vector>;
using ConstVectorMap = Eigen::Map<const Vector>;
using MatrixMap = Eigen::Map<Matrix>;
using ConstMatrixMap = Eigen::Map<const Matrix>;

ConstVectorMap view(const std::vector<double>& values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}
VectorMap view(std::vector<double>& values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}
ConstMatrixMap square(const std::vector<double>& values, std::size_t n) {
  return {values.data(), static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n)};
}
MatrixMap square(std::vector<double>& values, std::size_t n) {
  return {values.data(), static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n)};
}

// Raw weights ln((lambda + 1) / 2) - ln i; positives add up to 1, negatives to -1 (eq. 49, before their
// scaling).
void set_weights(CmaParameters& p) {
  const auto lambda = static_cast<double>(p.population);
  p.weights.resize(p.population);
  double positive = 0;
  double negative = 0;
  for (std::size_t i = 0; i < p.population; ++i) {
    p.weights[i] = std::log((lambda + 1) / 2) - std::log(static_cast<double>(i + 1));
    if (p.weights[i] > 0) ++p.parents;
    (p.weights[i] > 0 ? positive : negative) += p.weights[i];
  }
  double squares = 0;
  for (double& weight : p.weights) {
    weight /= weight > 0 ? positive : (negative == 0 ? 1 : -negative);
    if (weight > 0) squares += weight * weight;
  }
  p.mueff = 1 / squares;
}

// Scales the negative weights so that C neither decays nor can lose positive definiteness (eq. 50-53).
void scale_negative_weights(CmaParameters& p) {
  const auto n = static_cast<double>(p.dimension);
  double sum = 0;
  double squares = 0;
  for (std::size_t i = p.parents; i < p.population; ++i) {
    sum -= p.weights[i];
    squares += p.weights[i] * p.weights[i];
  }
  if (sum == 0) return;
  const double mueff_negative = sum * sum / squares;
  const double wanted =
      std::min({1 + p.c1 / p.cmu, (1 - p.c1 - p.cmu) / (n * p.cmu), 1 + 2 * mueff_negative / (p.mueff + 2)});
  for (std::size_t i = p.parents; i < p.population; ++i) p.weights[i] *= wanted / sum;
}

// C^-1/2 v with the axes in use.
Vector whiten(const CmaState& state, const Vector& v) {
  const ConstMatrixMap axes = square(state.axes, state.mean.size());
  Vector turned = axes.transpose() * v;
  turned.array() /= view(state.lengths).array();
  return axes * turned;
}

// Expected length of a standard normal vector, sqrt(2) G((n + 1) / 2) / G(n / 2), by its recurrence over n.
// The tutorial's series (eq. 44) is 5e-5 larger; pycma uses the exact value.
double expected_length(std::size_t n) {
  double length = n % 2 == 1 ? std::sqrt(2 / std::numbers::pi) : std::sqrt(std::numbers::pi / 2);
  for (std::size_t i = n % 2 == 1 ? 1 : 2; i < n; i += 2)
    length *= static_cast<double>(i + 1) / static_cast<double>(i);
  return length;
}

void decompose(CmaState& state) {
  const std::size_t n = state.mean.size();
  MatrixMap c = square(state.covariance, n);
  c = ((c + c.transpose()) / 2).eval();
  Eigen::SelfAdjointEigenSolver<Matrix> solver(c);
  // Rounding may push the least eigenvalue to zero; each repair adds the last known least one to all, as
  // pycma does.
  const double repair = state.lengths.front() * state.lengths.front();
  for (int attempt = 0; attempt < 10 && !(solver.eigenvalues().minCoeff() > 0); ++attempt) {
    c.diagonal().array() += repair;
    solver.compute(c);
  }
  if (solver.info() != Eigen::Success || !(solver.eigenvalues().minCoeff() > 0)) {
    throw Error("cma_es: the covariance matrix has no positive eigenvalues left; the search cannot go on");
  }
  square(state.axes, n) = solver.eigenvectors();
  view(state.lengths) = solver.eigenvalues().cwiseSqrt();
  state.decomposed = state.generation;
}

// Rank-one and rank-mu update with negative weights (eq. 47). `steps` are the columns y_i, best first.
void update_covariance(const CmaParameters& p, CmaState& state, const Matrix& steps, bool hsig) {
  const double c1a = p.c1 * (1 - (hsig ? 0 : 1) * p.cc * (2 - p.cc));
  const double total = std::accumulate(p.weights.begin(), p.weights.end(), 0.0);
  MatrixMap c = square(state.covariance, p.dimension);
  c *= 1 - c1a - p.cmu * total;
  c += p.c1 * view(state.pc) * view(state.pc).transpose();
  for (std::size_t i = 0; i < p.population; ++i) {
    const Vector y = steps.col(static_cast<Eigen::Index>(i));
    double weight = p.cmu * p.weights[i];
    if (weight < 0) {
      const double length = whiten(state, y).norm() + 1e-9;  // pycma's guard against a step of length 0
      weight *= static_cast<double>(p.dimension) / (length * length);
    }
    c += weight * y * y.transpose();
  }
}

void cap_deviations(CmaState& state, double most_deviation) {
  for (std::size_t i = 0; i < state.mean.size(); ++i) {
    const double deviation = state.deviation(i);
    if (deviation > most_deviation) state.scaling[i] *= most_deviation / deviation;
  }
}

class CmaEs : public Optimizer {
 public:
  explicit CmaEs(const OptimizerSetup& setup)
      : parameters_(cma_parameters(setup.start.size(), setup.population)),
        state_(cma_start(out_of_box(setup.start), setup.sigma)),
        first_sigma_(setup.sigma),
        seed_(setup.seed) {}

  std::vector<Point> ask() const override {
    std::vector<Point> points = cma_sample(parameters_, state_, seed_);
    for (Point& point : points) point = into_box(point);
    return points;
  }

  void tell(std::span<const Trial> trials) override {
    if (trials.size() != parameters_.population) {
      throw Error(fmt::format("cma_es: told {} trials, asked for {}", trials.size(), parameters_.population));
    }
    const std::vector<std::size_t> order = rank(trials);
    record_generation(history_, trials, order);
    // A third of the cube's side, pycma's limit for bounded problems: wider, and mirroring makes the samples
    // uniform.
    constexpr double kMostDeviation = 1.0 / 3;
    cma_update(parameters_, state_, cma_sample(parameters_, state_, seed_), order, kMostDeviation);
  }

  std::optional<Point> mean() const override { return into_box(state_.mean); }

  std::optional<std::string> stopped() const override {
    if (const auto reason = stagnated(history_, parameters_.dimension, parameters_.population)) return reason;
    return cma_stopped(parameters_, state_, first_sigma_);
  }

 private:
  CmaParameters parameters_;
  CmaState state_;
  FitnessHistory history_;
  double first_sigma_;
  std::uint64_t seed_;
};

}  // namespace

double CmaState::deviation(std::size_t i) const {
  return sigma * scaling[i] * std::sqrt(covariance[i * mean.size() + i]);
}

CmaParameters cma_parameters(std::size_t dimension, std::optional<std::size_t> population) {
  if (dimension == 0) throw Error("cma_es: there is no gene to search");
  CmaParameters p;
  const auto n = static_cast<double>(dimension);
  p.dimension = dimension;
  const std::size_t standard = 4 + static_cast<std::size_t>(std::floor(3 * std::log(n)));
  p.population = std::max<std::size_t>(2, population.value_or(standard));
  set_weights(p);
  p.cs = (p.mueff + 2) / (n + p.mueff + 3);
  p.damps = 1 + 2 * std::max(0.0, std::sqrt((p.mueff - 1) / (n + 1)) - 1) + p.cs;
  p.cc = (4 + p.mueff / n) / (n + 4 + 2 * p.mueff / n);
  p.c1 = std::min(1.0, static_cast<double>(p.population) / 6) * 2 / ((n + 1.3) * (n + 1.3) + p.mueff);
  p.cmu = std::min(1 - p.c1, 2 * (0.25 + p.mueff + 1 / p.mueff - 2) / ((n + 2) * (n + 2) + p.mueff));
  scale_negative_weights(p);
  p.lazy_gap =
      1 / (p.c1 + p.cmu) / n / 10;  // a tenth of the time C takes to change: O(N^2) a generation on average
  return p;
}

CmaState cma_start(std::span<const double> start, double sigma) {
  const std::size_t n = start.size();
  CmaState state;
  state.mean.assign(start.begin(), start.end());
  state.sigma = sigma;
  state.scaling.assign(n, 1);
  state.ps.assign(n, 0);
  state.pc.assign(n, 0);
  state.covariance.assign(n * n, 0);
  square(state.covariance, n).setIdentity();
  state.axes = state.covariance;
  state.lengths.assign(n, 1);
  return state;
}

std::vector<Point> cma_sample(const CmaParameters& parameters, const CmaState& state, std::uint64_t seed) {
  const std::size_t n = parameters.dimension;
  const ConstMatrixMap axes = square(state.axes, n);
  std::vector<Point> points(parameters.population, Point(n));
  for (std::size_t k = 0; k < points.size(); ++k) {
    Vector z(static_cast<Eigen::Index>(n));
    for (std::size_t i = 0; i < n; ++i) {
      z[static_cast<Eigen::Index>(i)] = state.lengths[i] * normal({seed, state.generation, k, i});
    }
    view(points[k]) = view(state.mean) + state.sigma * view(state.scaling).cwiseProduct(axes * z);
  }
  return points;
}

void cma_update(const CmaParameters& p, CmaState& state, std::span<const Point> points,
                std::span<const std::size_t> order, double most_deviation) {
  const auto n = static_cast<double>(p.dimension);
  const Vector old_mean = view(state.mean);
  const Vector unit = state.sigma * view(state.scaling);
  Matrix steps(static_cast<Eigen::Index>(p.dimension), static_cast<Eigen::Index>(p.population));
  Vector mean = Vector::Zero(old_mean.size());
  for (std::size_t i = 0; i < p.population; ++i) {
    const ConstVectorMap x = view(points[order[i]]);
    steps.col(static_cast<Eigen::Index>(i)) = (x - old_mean).cwiseQuotient(unit);
    if (i < p.parents) mean += p.weights[i] * x;
  }
  view(state.mean) = mean;
  ++state.generation;

  const Vector shift = (mean - old_mean).cwiseQuotient(unit);
  view(state.ps) *= 1 - p.cs;
  view(state.ps) += std::sqrt(p.cs * (2 - p.cs) * p.mueff) * whiten(state, shift);
  const double decay = 1 - std::pow(1 - p.cs, 2.0 * static_cast<double>(state.generation));
  const bool hsig = view(state.ps).squaredNorm() / decay / n < 2 + 4 / (n + 1);
  view(state.pc) *= 1 - p.cc;
  if (hsig) view(state.pc) += std::sqrt(p.cc * (2 - p.cc) * p.mueff) * shift;
  update_covariance(p, state, steps, hsig);

  const double change = p.cs / p.damps * (view(state.ps).norm() / expected_length(p.dimension) - 1);
  state.sigma *= std::exp(std::clamp(change, -1.0, 1.0));
  cap_deviations(state, most_deviation);
  if (static_cast<double>(state.generation) >= static_cast<double>(state.decomposed) + p.lazy_gap)
    decompose(state);
}

std::optional<std::string> cma_stopped(const CmaParameters& p, const CmaState& state, double first_sigma) {
  const auto n = static_cast<double>(p.dimension);
  const auto generation = static_cast<double>(state.generation);
  if (generation >= 100 + 150 * (n + 3) * (n + 3) / std::sqrt(static_cast<double>(p.population))) {
    return fmt::format("{} generations, the limit for {} genes", state.generation, p.dimension);
  }
  if (state.lengths.back() > 1e7 * state.lengths.front())
    return "the covariance's condition number is over 1e14";
  if (state.sigma > 1e20 * first_sigma * state.lengths.back()) return "the step length grew over 1e20 fold";
  bool small = true;
  for (std::size_t i = 0; i < p.dimension; ++i) {
    const double deviation = state.deviation(i);
    if (deviation > 1e3 * first_sigma) return "a step length grew over 1000 fold";
    if (state.mean[i] == state.mean[i] + 0.2 * deviation) return "steps along a gene vanish in rounding";
    small = small && deviation < 1e-11 && state.sigma * state.scaling[i] * state.pc[i] < 1e-11;
  }
  if (small) return "all step lengths are under 1e-11 of a gene's range";
  const std::size_t axis = state.generation % p.dimension;
  bool moved = false;
  for (std::size_t i = 0; i < p.dimension; ++i) {
    const double along = state.axes[i * p.dimension + axis] * state.lengths[axis];
    moved = moved || state.mean[i] != state.mean[i] + 0.1 * state.sigma * state.scaling[i] * along;
  }
  if (!moved) return "steps along a principal axis vanish in rounding";
  return std::nullopt;
}

OptimizerKind optimizer_cma_es() {
  return {.name = "cma_es",
          .title = "CMA-ES with active covariance update",
          .source = "Hansen, arXiv 1604.00772; defaults of pycma 4",
          .start = [](const OptimizerSetup& setup) -> std::unique_ptr<Optimizer> {
            return std::make_unique<CmaEs>(setup);
          }};
}

}  // namespace tsugi::evolve
