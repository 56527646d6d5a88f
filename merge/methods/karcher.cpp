// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// karcher: with u_i = x_i/||x_i|| over the flattened tensor and u the point of the sphere whose squared
// angles to the u_i have the least sum, out = (mean_i ||x_i||) u. u starts at the normalised mean of the u_i
// and moves by
//   T = mean_i (theta_i/sin theta_i) (u_i - <u,u_i> u),   u <- cos|T| u + sin|T| T/|T|,
// until |T| < tol or max_iter steps are done. u never leaves the span of the u_i: the iteration runs on their
// coefficients with the matrix of dot products. Models of norm <= tol give only their length. Any shape.
// Karcher 1977; arXiv 2603.04972.
#include <algorithm>
#include <cmath>

#include "merge/methods/describe.h"
#include "merge/steps/gram.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

// The mean of unit vectors, as coefficients of them.
class Mean {
 public:
  Mean(std::vector<double> dots, std::size_t n) : dots_(std::move(dots)), n_(n), u_(n, 1.0) {}

  // Length of the mean of the units before it is normalised.
  double start() {
    const double length = norm(u_) / static_cast<double>(n_);
    scale(u_, 1 / norm(u_));
    return length;
  }

  // Length of the step.
  double step(double tolerance) {
    const std::vector<double> cosines = dots_with(u_);
    std::vector<double> tangent(n_, 0.0);
    double along = 0;
    for (std::size_t i = 0; i < n_; ++i) {
      const double cosine = std::clamp(cosines[i], -1.0, 1.0);
      const double theta = std::acos(cosine);
      // Opposite to the mean there is no direction to go: mergekit's is rounding noise, enlarged.
      constexpr double kOpposite = -1 + 1e-12;
      if (theta < tolerance || theta == 0 || cosine < kOpposite) continue;
      const double pull = theta / std::sin(theta) / static_cast<double>(n_);
      tangent[i] += pull;
      along += pull * cosine;
    }
    for (std::size_t i = 0; i < n_; ++i) tangent[i] -= along * u_[i];
    const double length = norm(tangent);
    if (length < tolerance || length == 0) return length;
    for (std::size_t i = 0; i < n_; ++i)
      u_[i] = std::cos(length) * u_[i] + std::sin(length) / length * tangent[i];
    scale(u_, 1 / norm(u_));
    return length;
  }

  const std::vector<double>& coefficients() const { return u_; }

 private:
  std::vector<double> dots_with(const std::vector<double>& x) const {
    std::vector<double> out(n_, 0.0);
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t j = 0; j < n_; ++j) out[i] += dots_[i * n_ + j] * x[j];
    }
    return out;
  }

  double norm(const std::vector<double>& x) const {
    const std::vector<double> with = dots_with(x);
    double square = 0;
    for (std::size_t i = 0; i < n_; ++i) square += x[i] * with[i];
    return std::sqrt(std::max(square, 0.0));
  }

  static void scale(std::vector<double>& x, double factor) {
    for (double& value : x) value *= factor;
  }

  std::vector<double> dots_;  // [n][n] of the units
  std::size_t n_;
  std::vector<double> u_;
};

struct Karcher {
  static constexpr std::string_view name = "karcher";
  static constexpr std::string_view title = "Karcher mean";
  static constexpr std::string_view formula = "mean_i |x_i| argmin_u sum_i angle(u, x_i)^2";
  static constexpr std::string_view source = "arXiv 2603.04972";
  static constexpr Traits traits{.base = Base::unused, .symmetric = true, .identity = true};

  struct Params {
    int max_iter = 10;
    double tol = 1e-5;
  };
  using Given = Typed<Karcher>;

  static constexpr auto table() {
    return std::tuple{
        standard(&Params::max_iter, {.name = "max_iter",
                                     .accepted = {0, 100000},  // more steps than any mean needs, in a second
                                     .searched = {1, 20},
                                     .doc = "Most steps towards the mean."}),
        standard(&Params::tol, {.name = "tol",
                                .accepted = {0, .1},  // above it a mean may stop where it starts
                                .searched = {1e-9, 1e-3},
                                .scale = Scale::logarithmic,
                                .doc = "Length of a step that is small enough to stop."})};
  }

  static Needs needs(const Given& given) { return steps::needs_gram(Products::models, given.tensor.models); }

  static void solve(const Given& given, Answers& answers) {
    const std::size_t n = given.tensor.models;
    answers.factors.assign(n, n == 1 ? 1 : 0);  // the only model comes back as it is
    if (n == 1) return;
    const steps::Gram gram(answers.sums, n);
    double length = 0;
    std::vector<std::size_t> long_enough;
    for (std::size_t i = 0; i < n; ++i) {
      length += gram.norm(i) / static_cast<double>(n);
      if (gram.norm(i) > given.params.tol) long_enough.push_back(i);
    }
    if (long_enough.empty()) return;
    std::vector<double> dots;
    for (const std::size_t i : long_enough) {
      for (const std::size_t j : long_enough) dots.push_back(gram.dot(i, j) / (gram.norm(i) * gram.norm(j)));
    }
    Mean mean(std::move(dots), long_enough.size());
    const double start = mean.start();
    if (start < given.params.tol || !(start > 0)) refuse(given);
    for (int i = 0; i < given.params.max_iter && !(mean.step(given.params.tol) < given.params.tol); ++i) {
    }
    for (std::size_t k = 0; k < long_enough.size(); ++k) {
      const std::size_t i = long_enough[k];
      answers.factors[i] = static_cast<float>(length * mean.coefficients()[k] / gram.norm(i));
    }
  }

  [[noreturn]] static void refuse(const Given& given) {
    throw InputError(std::string(given.tensor.name),
                     "the directions of its inputs cancel out, so that karcher has no mean to start from",
                     "leave out one of the models");
  }

  static Blend blend(const Given& /*given*/) { return Blend::sum; }
};

}  // namespace

Method method_karcher() {
  return describe<Karcher>();
}

}  // namespace tsugi::merge
