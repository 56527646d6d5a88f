// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What an optimizer is: it is asked for points and told how good they were. One file in this folder defines
// one; CMake lists the folder, so that nothing else changes.
//
// Points live in the unit cube: gene spaces map each coordinate to a gene's range. An optimizer's state is a
// function of its set-up and of what it was told, in order; a run that is replayed from its records is in the
// same state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::evolve {

/// [dimension], each in [0, 1].
using Point = std::vector<double>;

/// What every optimizer starts from.
struct OptimizerSetup {
  Point start;
  double sigma = 1.0 / 6;  ///< first step length, as a share of a gene's range
  std::optional<std::size_t>
      population;  ///< candidates in a generation; without it the optimizer's own default
  std::uint64_t seed = 0;
};

/// How good a point was.
struct Trial {
  /// Larger is better. Optimizers with one objective compare from the front, so that a further entry breaks
  /// ties; those with several use them all. Empty: the evaluation failed, which ranks below everything.
  std::vector<double> objectives;
};

/// Not thread-safe. The search asks, evaluates in parallel, tells.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// The next generation. A pure function of the state: asking twice gives the same points.
  virtual std::vector<Point> ask() const = 0;

  /// One trial for each point of the last ask(), in its order. Throws Error when the numbers differ.
  virtual void tell(std::span<const Trial> trials) = 0;

  /// The centre of the search distribution, for optimizers that have one: the candidate that no single lucky
  /// score chose.
  virtual std::optional<Point> mean() const = 0;

  /// Why there is no use in going on, or nothing.
  virtual std::optional<std::string> stopped() const = 0;
};

/// An optimizer as data.
struct OptimizerKind {
  std::string_view name;    ///< as in search files
  std::string_view title;   ///< for people
  std::string_view source;  ///< paper
  std::unique_ptr<Optimizer> (*start)(const OptimizerSetup&) = nullptr;
};

/// All optimizers, sorted by name.
std::span<const OptimizerKind> optimizers();

/// Null when there is none of that name.
const OptimizerKind* find_optimizer(std::string_view name);

/// Positions of the trials from best to worst; equal ones keep their order, failed ones come last.
std::vector<std::size_t> rank(std::span<const Trial> trials);

}  // namespace tsugi::evolve
