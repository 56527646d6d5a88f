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
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::evolve {

/// [dimension], each in [0, 1].
using Point = std::vector<double>;

/// One key below `optimizer:` of a search file. Checking, --help and documentation read it.
struct Option {
  std::string_view name;
  std::optional<double> standard = {};       ///< default; none: `doc` says what is used
  double low = 0;                            ///< accepted from here ...
  double high = 0;                           ///< ... to here, both included
  bool whole = false;                        ///< only whole numbers
  std::vector<std::string_view> words = {};  ///< if any, the value is one of these, and its number its place
  std::string_view doc;                      ///< what it does, in a sentence
};

/// Values of options, by name.
using OptionValues = std::map<std::string, double, std::less<>>;

/// What every optimizer starts from.
struct OptimizerSetup {
  Point start;
  /// [dimension], how many evenly spaced values from 0 to 1 a gene takes, 0: any; empty: all take any.
  /// Optimizers that know no discrete genes leave the rounding to the gene space.
  std::vector<std::size_t> levels = {};
  std::uint64_t seed = 0;
  OptionValues options = {};  ///< those of the kind; start_optimizer adds defaults

  /// The value of an option with a default.
  double value(std::string_view option) const;
  /// The value of an option, if it was given or has a default.
  std::optional<double> find(std::string_view option) const;
  std::size_t dimension() const { return start.size(); }
};

/// How good a point was.
struct Trial {
  /// Larger is better. Optimizers with one objective compare from the front, so that a further entry breaks
  /// ties; those with several use them all. Empty: the evaluation failed, which ranks below everything.
  std::vector<double> objectives;

  /// What each item of the search contributes, in one order for all trials. Optimizers that look at items
  /// take the objectives where it is empty.
  std::vector<double> items = {};

  /// Nothing was measured, or something that is no number.
  bool failed() const;
};

/// What a trial's objectives are to an optimizer.
enum class Objectives {
  one,      ///< the fitness, then what breaks its ties
  several,  ///< one for each task
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
  virtual std::optional<Point> mean() const { return std::nullopt; }

  /// Why there is no use in going on, or nothing.
  virtual std::optional<std::string> stopped() const { return std::nullopt; }

  /// What the trials of the last ask() are to have, where it is not what the optimizer's kind says.
  virtual std::optional<Objectives> objectives() const { return std::nullopt; }
};

/// An optimizer as data.
struct OptimizerKind {
  std::string_view name;    ///< as in search files
  std::string_view title;   ///< for people
  std::string_view source;  ///< paper
  std::string_view use;     ///< when to choose it, in a sentence
  Objectives objectives = Objectives::one;
  bool draws = true;  ///< points depend on the seed
  /// The share of a generation, from its best down, that decides where the next one goes, where nothing but
  /// the ranks within a generation counts: then it may race (racing.h). 0: it may not.
  double leading = 0;
  std::size_t least_tasks = 1;
  std::size_t least_genes = 1;
  std::size_t most_genes = SIZE_MAX;
  std::vector<Option> options = {};
  std::unique_ptr<Optimizer> (*start)(const OptimizerSetup&) = nullptr;  ///< by start_optimizer only
};

/// All optimizers, sorted by name.
std::span<const OptimizerKind> optimizers();

/// Null when there is none of that name.
const OptimizerKind* find_optimizer(std::string_view name);

/// An optimizer in its first state. Throws Error for options that the kind does not have or accept and for
/// more or fewer genes than it takes.
std::unique_ptr<Optimizer> start_optimizer(const OptimizerKind& kind, OptimizerSetup setup);

/// For tell(): throws Error when there are not as many trials as points were asked for.
void require_trials(std::string_view optimizer, std::size_t told, std::size_t asked);

/// "2 or more", "1 to 60".
std::string accepted_genes(const OptimizerKind& kind);

bool accepts(const Option& option, double value);
/// "a whole number from 2 to 5", "none, ipop, bipop".
std::string accepted_values(const Option& option);

/// Positions of the trials from best to worst; equal ones keep their order, failed ones come last.
std::vector<std::size_t> rank(std::span<const Trial> trials);

}  // namespace tsugi::evolve
