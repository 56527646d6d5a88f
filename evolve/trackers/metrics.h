// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A search as other programs' dashboards take it: named numbers at steps, parameters, and what ends a run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "evolve/result.h"
#include "evolve/search.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

struct Metric {
  std::string name;  ///< "search/best": letters, digits and "_-. /" only, as MLflow demands
  double value = 0;  ///< a finite number
  std::uint64_t step = 0;
};

/// Of one generation, whose number is the step: search/best, search/mean, search/best_so_far (absent where
/// every candidate failed), search/failures, search/evaluations.
std::vector<Metric> metrics_of(const GenerationSummary& summary);

/// Of the sealed test, at `step`: test/MODEL, test/MODEL/low, test/MODEL/high, gain/mean, gain/low,
/// gain/high.
std::vector<Metric> metrics_of(const Result& result, std::uint64_t step);

/// What was searched how: merge_method, models, tasks, optimizer, population, evaluations, seed, …
std::vector<std::pair<std::string, std::string>> parameters_of(const recipes::SearchSpec& spec,
                                                               const SearchOptions& options);

/// `name` with "_" for every character that may not stand in the name of a metric.
std::string metric_name(const std::string& name);

/// Who is told of a search while it runs. Called from one thread.
class Tracker {
 public:
  virtual ~Tracker() = default;

  virtual void add(const std::vector<Metric>& metrics) = 0;

  /// The run is over and has a result in words; not called for one that failed.
  virtual void finish(const std::string& verdict) = 0;
};

}  // namespace tsugi::evolve
