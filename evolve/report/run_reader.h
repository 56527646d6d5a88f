// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Everything that a run's folder holds, finished or still growing.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "evolve/archive.h"
#include "evolve/result.h"

namespace tsugi::evolve {

struct Run {
  std::string name;                ///< last part of the path the user gave
  std::filesystem::path folder{};  ///< where the files are: RUN, or the working folder of an unfinished one
  Archive archive;
  bool timed = false;                            ///< the archive's seconds were read from timings.h5
  std::optional<Result> result{};                ///< none: the run is not finished
  nlohmann::ordered_json result_json{};          ///< the whole of result.json; null without
  std::map<std::string, double> weights{};       ///< of tasks in the fitness, from the search file
  std::map<std::string, std::string> filters{};  ///< of answers, by task: the one whose metric is searched by
  bool by_likelihood = false;                    ///< fitness is a log-likelihood, not a score in [0, 1]
  std::optional<std::size_t> budget{};           ///< evaluations that were asked for
};

/// A folder with an archive or a result, or one that is being made: RUN's hidden sibling.
bool is_run(const std::filesystem::path& run);

/// While a search goes on, files are read from its working folder; each of them is whole, as the search
/// replaces them by rename. Throws InputError: no run, no archive yet, an archive that cannot be read.
Run read_run(const std::filesystem::path& run);

/// A model that was asked the sealed items.
struct ComparedModel {
  std::size_t id = 0;  ///< candidate
  std::string name;    ///< unique
  std::string kind;    ///< "parent", "baseline", "winner", or "earlier winner" of an opening before the last
};

/// Every one of the archive, the winner last.
std::vector<ComparedModel> compared_models(const Archive& archive);

/// Items of a side, in order.
std::vector<std::size_t> items_on(const Archive& archive, eval::Side side);

/// Names of tasks in order of first appearance.
std::vector<std::string> tasks_of(const Archive& archive);

/// Mean of a candidate's scores on the items of a task and side that it was asked; none where it was asked
/// none.
std::optional<double> task_mean(const Archive& archive, const Record& record, const std::string& task,
                                eval::Side side);

}  // namespace tsugi::evolve
