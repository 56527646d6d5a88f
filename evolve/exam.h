// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The items of all tasks of a run as one list, split into sides, and the one number that a model earns on
// them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "eval/holdout/split.h"
#include "eval/scorers/command.h"
#include "eval/scorers/native.h"
#include "eval/scorers/reference.h"
#include "eval/tokenizer/tokenizer.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {

/// By what a model is scored: the tasks' own metrics, or how likely it finds the reference answers (search
/// side only).
enum class Measure : std::uint8_t { metric, likelihood };

struct ExamTask {
  eval::PreparedTask prepared;
  double weight = 1;
  std::string column;  ///< "metric,filter" of the task's scores
  bool less_is_better = false;
  std::size_t shots = 0;          ///< examples before each question
  eval::References references{};  ///< of the items on the search side
  /// A program of the user's scores it; `prepared` then has only the task's name, files and items.
  std::optional<eval::CommandTask> command{};
};

struct ExamItem {
  std::size_t task = 0;
  std::size_t position = 0;     ///< in the task's items
  std::string id;               ///< "TASK/ID", with the document's own `id` or else its number
  eval::HoldoutItem content{};  ///< what the split went by
};

/// Immutable but for open_sealed; else safe to use from any thread.
struct Exam {
  std::vector<ExamTask> tasks;
  std::vector<ExamItem> items;            ///< task by task, in file order
  eval::Split split;                      ///< by position in `items`
  eval::ModelLimits limits;               ///< that prompts were made for
  bool opened = false;                    ///< the answers of the sealed test have been read
  std::vector<std::string> leaderboards;  ///< sets that are searched on although a leaderboard ranks by them
};

/// Loads the tasks, takes what the split needs from each document (fields `question` and `source`; without a
/// question the prompt stands in), splits. The answers of the sealed test are not read. Notes say where data
/// was found. Throws InputError: unknown task or metric, a weight of 0, a task without items on one side,
/// examples from the items that are split, no chat template where one is asked for, a leaderboard's test set
/// that the search file does not insist on. `files` are those beside the tokenizer.
Exam load_exam(const recipes::SearchSpec& spec, const eval::ModelFiles& files,
               const eval::Tokenizer& tokenizer, const eval::ModelLimits& limits,
               std::vector<std::string>& notes);

/// Reads the answers of the sealed test; until then an Evaluator refuses its items. `tokenizer` is
/// load_exam's. Nothing else may use the exam meanwhile. Throws InputError for an answer that cannot be used.
void open_sealed(Exam& exam, const eval::Tokenizer& tokenizer);

/// Whether programs of the user's score some of the tasks, or all of them.
bool asks_programs(const Exam& exam);
bool asks_programs_only(const Exam& exam);

/// Items of a side, in order.
std::vector<std::size_t> items_of(const Exam& exam, eval::Side side);

/// Items in this order are in one that their contents decide, the same in every run and on every machine.
std::string place_of(const Exam& exam, std::size_t item);

/// [task]: how many of `count` items are its share, which it has among `items`; one at least.
std::vector<std::size_t> shares_of(const Exam& exam, std::span<const std::size_t> items, std::size_t count);

/// `count` of the search items, ascending, or all if there are no more: of each task its share, one at least,
/// drawn by their contents and the seed.
std::vector<std::size_t> some_search_items(const Exam& exam, std::size_t count, std::uint64_t seed);

/// `values` of `items` (ascending), scaled so that their plain mean is the fitness: the sum over tasks of
/// weight times mean. What intervals and paired tests work on; with one task of weight 1 they are the values
/// themselves.
std::vector<double> contributions(const Exam& exam, std::span<const std::size_t> items,
                                  std::span<const double> values);

/// [task], weight times mean: more is better. Of likelihoods that is so also where less of the metric is.
std::vector<double> task_scores(const Exam& exam, std::span<const std::size_t> items,
                                std::span<const double> values, Measure measure = Measure::metric);

/// Their sum.
double fitness(const Exam& exam, std::span<const std::size_t> items, std::span<const double> values,
               Measure measure = Measure::metric);

/// Cluster numbers of items, for the bootstrap.
std::vector<std::size_t> clusters_of(const Exam& exam, std::span<const std::size_t> items);

}  // namespace tsugi::evolve
