// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Scores a model by a program of the user's: lm-evaluation-harness or anything that reads a model folder and
// writes JSON. docs/scorers.md says what the program is given and what it answers.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "eval/tasks/task.h"
#include "recipes/search_spec.h"

namespace tsugi::eval {

/// A task that a program scores.
struct CommandTask {
  std::string name;                          ///< of the task in the search
  std::string task;                          ///< what the program calls it
  std::string metric;                        ///< "acc"
  std::string filter;                        ///< "none"
  std::vector<std::string> words;            ///< the program's file and its arguments, with placeholders
  std::vector<std::filesystem::path> files;  ///< the program and what else of the command is a file
  double time_limit = 0;                     ///< seconds of one call
  std::size_t at_once = 1;                   ///< calls that may run at one time
};

/// Finds the program (with a slash as a path, else through PATH) and the files among the words: both are
/// tried from the working directory, then beside `search_file`. Throws InputError when the program is not
/// there or cannot be run.
CommandTask find_command(const recipes::TaskSpec& task, const std::string& search_file);

/// The documents of the items file, with question, place and number, without answers. Throws InputError: a
/// file that cannot be read, no question in a document, two with one id.
std::vector<Item> load_command_items(const CommandTask& task, const recipes::CommandSpec& spec,
                                     const std::string& search_file, std::size_t limit);

/// The document's own `id`, a text or a whole number, else its number in the file.
std::string command_item_id(const Item& item);

struct CommandScores {
  std::vector<double> values;        ///< in the order of the asked items
  std::vector<std::string> samples;  ///< JSON lines of lm-evaluation-harness's form, the same order
};

/// Asks the program for `items` of the model in the folder `model`. Files for the program, and by it, go into
/// `folder`, which is there and empty. `check` is asked often and may throw to end the program. Throws Error
/// with the reason when there is no value for each item and nothing else.
CommandScores ask_command(const CommandTask& task, const std::filesystem::path& model,
                          std::span<const Item* const> items, const std::filesystem::path& folder,
                          const std::function<void()>& check);

}  // namespace tsugi::eval
