// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/irt.h"

#include <Eigen/Dense>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

using Matrix = Eigen::MatrixXd;  // [respondent, item] and the like
using Vector = Eigen::VectorXd;
using Eigen::Index;

constexpr double kDifficultyDeviation = 2;  // of b's prior: chances from .02 to .98 are within two of them
constexpr int kSweeps = 200;                // more than the slowest fit of the tests takes
constexpr double kTolerance = 1e-10;        // of the objective, relative: below it steps are rounding

// A chance of 1e-13 and its logarithm are still exact.
double sigmoid(double x) {
  return 1 / (1 + std::exp(-std::clamp(x, -30.0, 30.0)));
}

// The maximum of sum_j [y_j log p_j + (1 - y_j) log(1 - p_j)] - sum_k precision_k (x_k - at_k)^2 / 2 with
// p = sigmoid(rows x - offset) is looked for. It is concave in x.
struct Problem {
  const Matrix& rows;
  const Vector& offset;
  const Vector& answers;
  const Vector& precision;
  const Vector& at;

  Vector chances(const Vector& x) const {
    return (rows * x - offset).unaryExpr([](double z) { return sigmoid(z); });
  }
  double objective(const Vector& x) const {
    const Vector p = chances(x);
    const double likelihood =
        (answers.array() * p.array().log() + (1 - answers.array()) * (1 - p.array()).log()).sum();
    return likelihood - precision.cwiseProduct((x - at).cwiseAbs2()).sum() / 2;
  }
};

// One step of Newton's method, halved while it leads down.
Vector newton(const Problem& problem, const Vector& x) {
  const Vector p = problem.chances(x);
  const Vector weight = p.array() * (1 - p.array());
  const Vector gradient =
      problem.rows.transpose() * (problem.answers - p) - problem.precision.cwiseProduct(x - problem.at);
  Matrix hessian = problem.rows.transpose() * weight.asDiagonal() * problem.rows;
  hessian.diagonal() += problem.precision;
  Vector step = hessian.ldlt().solve(gradient);
  const double before = problem.objective(x);
  for (int halving = 0; halving < 50; ++halving) {
    if (problem.objective(x + step) >= before) return x + step;
    step /= 2;
  }
  return x;  // the steps are rounding
}

Vector maximum(const Problem& problem) {
  Vector x = problem.at;
  for (int step = 0; step < 100; ++step) {
    const Vector next = newton(problem, x);
    const double moved = (next - x).cwiseAbs().maxCoeff();
    x = next;
    if (moved < 1e-12) break;
  }
  return x;
}

struct Fit {
  Matrix answers;    // [respondent, item]
  Matrix abilities;  // [respondent, dimension]
  Matrix items;      // [item, dimension + 1]: a, then b

  Index dimensions() const { return abilities.cols(); }
  Matrix logits() const {
    return (abilities * items.leftCols(dimensions()).transpose()).rowwise() -
           items.col(dimensions()).transpose();
  }
  double objective() const {
    const Matrix z = logits();
    double sum = 0;
    for (Index r = 0; r < z.rows(); ++r) {
      for (Index i = 0; i < z.cols(); ++i) {
        const double p = sigmoid(z(r, i));
        sum += answers(r, i) * std::log(p) + (1 - answers(r, i)) * std::log(1 - p);
      }
    }
    const double b = kDifficultyDeviation * kDifficultyDeviation;
    return sum - abilities.squaredNorm() / 2 - items.leftCols(dimensions()).squaredNorm() / 2 -
           items.col(dimensions()).squaredNorm() / (2 * b);
  }
};

Matrix checked(const Responses& responses) {
  if (responses.empty() || responses.front().empty())
    throw Error("item response theory needs answers to learn from");
  Matrix answers(static_cast<Index>(responses.size()), static_cast<Index>(responses.front().size()));
  for (std::size_t r = 0; r < responses.size(); ++r) {
    if (responses[r].size() != responses.front().size())
      throw Error("respondents answered different numbers of items");
    for (std::size_t i = 0; i < responses[r].size(); ++i) {
      const double value = responses[r][i];
      if (!(value >= 0 && value <= 1)) throw Error("item response theory needs scores from 0 to 1");
      answers(static_cast<Index>(r), static_cast<Index>(i)) = value;
    }
  }
  return answers;
}

// Abilities from the principal components of the answers, the first ones pointing towards more right answers;
// b from the shares of right answers.
Fit start(const Matrix& answers, std::size_t dimensions) {
  Fit fit;
  fit.answers = answers;
  const auto d = static_cast<Index>(dimensions);
  fit.abilities = Matrix::Zero(answers.rows(), d);
  fit.items = Matrix::Zero(answers.cols(), d + 1);
  const Eigen::RowVectorXd shares = answers.colwise().mean();
  const Matrix centred = answers.rowwise() - shares;
  const Eigen::BDCSVD<Matrix> svd(centred, Eigen::ComputeThinU);
  const Vector totals = centred.rowwise().sum();
  for (Index k = 0; k < std::min(d, svd.matrixU().cols()); ++k) {
    Vector axis = svd.matrixU().col(k) * std::sqrt(static_cast<double>(answers.rows()));
    if (axis.dot(totals) < 0) axis = -axis;
    fit.abilities.col(k) = axis;
  }
  for (Index i = 0; i < answers.cols(); ++i) {
    const double share = std::clamp(shares[i], 0.02, 0.98);
    fit.items(i, d) = -std::log(share / (1 - share));
    fit.items.row(i).head(d).setConstant(0.5);
  }
  return fit;
}

void sweep(Fit& fit) {
  const Index d = fit.dimensions();
  Matrix rows(fit.abilities.rows(), d + 1);
  rows << fit.abilities, -Vector::Ones(fit.abilities.rows());
  Vector precision = Vector::Ones(d + 1);
  precision[d] = 1 / (kDifficultyDeviation * kDifficultyDeviation);
  const Vector none = Vector::Zero(rows.rows());
  const Vector zero = Vector::Zero(d + 1);
  for (Index i = 0; i < fit.items.rows(); ++i) {
    const Vector answers = fit.answers.col(i);
    for (int step = 0; step < 2; ++step)
      fit.items.row(i) = newton({rows, none, answers, precision, zero}, fit.items.row(i));
  }
  const Matrix slopes = fit.items.leftCols(d);
  const Vector difficulties = fit.items.col(d);
  const Vector ones = Vector::Ones(d);
  const Vector origin = Vector::Zero(d);
  for (Index r = 0; r < fit.abilities.rows(); ++r) {
    const Vector answers = fit.answers.row(r);
    for (int step = 0; step < 2; ++step)
      fit.abilities.row(r) = newton({slopes, difficulties, answers, ones, origin}, fit.abilities.row(r));
  }
}

Vector vector_of(std::span<const double> values) {
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

Matrix slopes_of(const IrtModel& model, std::span<const std::size_t> items) {
  Matrix slopes(static_cast<Index>(items.size()), static_cast<Index>(model.dimensions));
  for (std::size_t i = 0; i < items.size(); ++i)
    slopes.row(static_cast<Index>(i)) = vector_of(model.slopes[items[i]]);
  return slopes;
}

Vector difficulties_of(const IrtModel& model, std::span<const std::size_t> items) {
  Vector difficulties(static_cast<Index>(items.size()));
  for (std::size_t i = 0; i < items.size(); ++i)
    difficulties[static_cast<Index>(i)] = model.difficulties[items[i]];
  return difficulties;
}

// Answers to the anchors, and P(right) of the others, as a mean.
double filled_mean(const IrtModel& model, std::span<const std::size_t> among, const Anchors& anchors,
                   std::span<const double> answers, std::span<const double> ability) {
  double sum = 0;
  for (const double answer : answers) sum += answer;
  for (const std::size_t item : among) {
    if (!std::binary_search(anchors.items.begin(), anchors.items.end(), item))
      sum += model.probability(item, ability);
  }
  return sum / static_cast<double>(among.size());
}

}  // namespace

double IrtModel::probability(std::size_t item, std::span<const double> ability) const {
  double z = -difficulties[item];
  for (std::size_t k = 0; k < dimensions; ++k) z += slopes[item][k] * ability[k];
  return sigmoid(z);
}

IrtModel fit_irt(const Responses& responses, std::size_t dimensions) {
  Fit fit = start(checked(responses), dimensions);
  double before = -std::numeric_limits<double>::infinity();
  for (int i = 0; i < kSweeps; ++i) {
    sweep(fit);
    const double now = fit.objective();
    if (now - before <= kTolerance * std::abs(now)) break;
    before = now;
  }
  IrtModel model;
  model.dimensions = dimensions;
  for (Index i = 0; i < fit.items.rows(); ++i) {
    const Vector row = fit.items.row(i);
    model.slopes.emplace_back(row.data(), row.data() + fit.dimensions());
    model.difficulties.push_back(row[fit.dimensions()]);
  }
  for (Index r = 0; r < fit.abilities.rows(); ++r) {
    const Vector row = fit.abilities.row(r);
    model.abilities.emplace_back(row.data(), row.data() + row.size());
  }
  return model;
}

std::vector<double> ability_of(const IrtModel& model, std::span<const std::size_t> items,
                               std::span<const double> answers) {
  const auto d = static_cast<Index>(model.dimensions);
  const Vector ability = maximum({slopes_of(model, items), difficulties_of(model, items), vector_of(answers),
                                  Vector::Ones(d), Vector::Zero(d)});
  return {ability.data(), ability.data() + ability.size()};
}

double p_irt(const IrtModel& model, std::span<const std::size_t> among, const Anchors& anchors,
             std::span<const double> answers) {
  return filled_mean(model, among, anchors, answers, ability_of(model, anchors.items, answers));
}

double mp_irt(const IrtModel& model, std::span<const std::size_t> among, const Anchors& anchors,
              std::span<const double> answers, const Responses& parents) {
  if (parents.empty()) throw Error("mp-IRT needs the abilities of parents");
  Matrix abilities(static_cast<Index>(model.dimensions), static_cast<Index>(parents.size()));
  for (std::size_t j = 0; j < parents.size(); ++j)
    abilities.col(static_cast<Index>(j)) = vector_of(parents[j]);
  const Vector equal = Vector::Constant(abilities.cols(), 1 / static_cast<double>(parents.size()));
  const Matrix rows = slopes_of(model, anchors.items) * abilities;
  const Vector shares = maximum({rows, difficulties_of(model, anchors.items), vector_of(answers),
                                 Vector::Ones(abilities.cols()), equal});
  const Vector ability = abilities * shares;
  return filled_mean(model, among, anchors, answers,
                     {ability.data(), static_cast<std::size_t>(ability.size())});
}

double anchor_mean(const Anchors& anchors, std::span<const double> answers) {
  double sum = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) sum += anchors.weights[i] * answers[i];
  return sum;
}

double anchor_share(double bias, double variance, std::size_t anchors) {
  const double noise = variance / (4 * static_cast<double>(anchors));
  return bias == 0 ? 0 : bias * bias / (noise + bias * bias);
}

}  // namespace tsugi::evolve
