// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A small search over the bundled experts that runs in this process.
#pragma once

#include <string>

#include "evolve/search.h"
#include "merge/parallel.h"
#include "recipes/search_spec.h"
#include "tests/support/replaced.h"

namespace tsugi::tests {

inline constexpr const char* kPocketSearch = R"(genome:
  merge_method: task_arithmetic
  base_model: base
  models: [math, ja]
  layer_granularity: 4
  ranges:
    weight: {low: -0.5, high: 2.0, start: 0.5}
  dtype: bfloat16
tasks:
  - {name: pocket_math_ja, metric: "exact_match_in_language,last-number"}
include_path: tasks
limit: 30
evaluations: 6
optimizer: {name: cma_es, population: 3}
seed: 4
)";

/// As if the text stood in a file beside the experts.
inline recipes::SearchSpec pocket_spec(const std::string& text) {
  return recipes::parse_search(text, TSUGI_ROOT "/recipes/pocket/test.yaml");
}

inline evolve::Result run_pocket(const std::string& text, const evolve::SearchOptions& options) {
  const recipes::SearchSpec spec = pocket_spec(text);
  merge::ThreadPool pool(options.threads);
  evolve::Result result;
  pool.run([&] { result = evolve::run_search(spec, options); });
  return result;
}

inline evolve::Result resume_pocket(const evolve::SearchOptions& options) {
  merge::ThreadPool pool(options.threads);
  evolve::Result result;
  pool.run([&] { result = evolve::resume_search(options); });
  return result;
}

}  // namespace tsugi::tests
