// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A folder with the bundled experts and a small search, for tests that run `tsugi evolve`.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/replaced.h"
#include "tests/support/run_program.h"

namespace tsugi::tests {

inline constexpr const char* kEvolveSearch = R"(
genome:
  merge_method: task_arithmetic
  base_model: base
  models: [math, ja]
  ranges: {weight: {low: -0.5, high: 2.0, start: 0.5}}
  dtype: bfloat16
tasks: [{name: pocket_math_ja, metric: "exact_match_in_language,last-number"}]
include_path: tasks
limit: 120
evaluations: 6
seed: 3
)";

class EvolveProgram : public testing::Test {
 protected:
  EvolveProgram() {
    for (const char* name : {"base", "math", "ja", "tasks", "items"}) {
      std::filesystem::create_directory_symlink(std::filesystem::path(TSUGI_ROOT) / "recipes/pocket" / name,
                                                folder_ / name);
    }
    folder_.write("search.yaml", kEvolveSearch);
  }

  Finished evolve(const std::string& run, const std::string& threads, const Treatment& treatment = {}) {
    return run_program({"evolve", "search.yaml", "--output", run, "--threads", threads, "--quiet"},
                       folder_.path(), treatment);
  }

  Finished resume(const std::string& run, const std::string& threads, const Treatment& treatment = {}) {
    return run_program({"evolve", "--resume", run, "--threads", threads, "--quiet"}, folder_.path(),
                       treatment);
  }

  /// What the journal of a run that is being made has so far, in bytes.
  std::uintmax_t journal_size(const std::string& run) const {
    std::error_code error;
    const auto size = std::filesystem::file_size(folder_ / ("." + run + ".tsugi-partial") / "journal", error);
    return error ? 0 : size;
  }

  TemporaryFolder folder_;
};

}  // namespace tsugi::tests
