// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Test sets of public leaderboards, known by name: a model that was searched for on one has no business on
// it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "eval/tasks/task.h"

namespace tsugi::eval {

struct LeaderboardSet {
  std::string_view name;         ///< "GSM8K"
  std::string_view words;        ///< alternatives, each a row of words: "arc challenge|arc c"
  std::string_view split;        ///< of its data set, which the leaderboard scores
  std::string_view leaderboard;  ///< who ranks by it
};

/// All that are known.
const std::vector<LeaderboardSet>& leaderboard_sets();

/// The set that a task asks, told by the words in its name, its `dataset_path`, `dataset_name` and the names
/// of its data files and their folders. Null for none, and where the items are said to be from the data set's
/// training split ("train" as the scored split of several, or in a file's name), unless the leaderboard
/// scores just that.
const LeaderboardSet* find_leaderboard_set(const Task& task);

}  // namespace tsugi::eval
