// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A search as a plain value: mergekit-evolve's file (`genome:`, `tasks:`, `limit:`, …) and our additions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/error.h"
#include "recipes/recipe.h"

namespace tsugi::recipes {

/// Where a gene of one parameter may move and where it starts; what is not set comes from the method's table.
struct GeneRange {
  std::optional<double> low;
  std::optional<double> high;
  std::optional<double> start;
  Mark mark;
};

/// `genome:`. Keys up to `tokenizer_source` are mergekit-evolve's; the rest are ours.
struct GenomeSpec {
  std::vector<ModelReference> models;
  std::string merge_method;
  Mark method_mark;
  std::optional<ModelReference> base_model;
  int layer_granularity = 0;  ///< layers in a group; 0: one group for all
  std::optional<bool> normalize;
  bool allow_negative_weights = false;
  std::vector<std::string> filters;  ///< one more set of genes for tensors whose name holds the text
  bool smooth = false;               ///< genes of neighbouring groups are the points of one gradient
  bool outside_layers = false;       ///< ours: embeddings, final norm and head are a group of their own
  std::map<std::string, GeneRange> ranges;  ///< ours: by parameter name
  std::optional<DType> dtype;               ///< ours: stored type of a candidate; default as in a recipe
};

/// One entry of `tasks:`; a bare string is a task with weight 1.
struct TaskSpec {
  std::string name;
  double weight = 1;                ///< negative for metrics where less is better
  std::string metric = "acc,none";  ///< "metric,filter" as in lm-evaluation-harness's results
  Mark mark;
};

/// Shares of the items on each side; they add up to 1.
struct SplitSpec {
  double search = 0.4;
  double validation = 0.2;
  double test = 0.4;
};

/// A key below `optimizer:` beside its name. Which keys there are and what they accept is the optimizer's
/// business.
struct OptimizerSetting {
  std::string key;
  Mark key_mark;
  std::string text;              ///< the value as written
  std::optional<double> number;  ///< if it is one
  Mark mark;                     ///< of the value
};

/// `optimizer:`
struct OptimizerSpec {
  std::string name = "cma_es";
  std::vector<OptimizerSetting> settings;  ///< in file order
  Mark mark;
};

/// `contamination:`, ours: what the items must not be in.
struct ContaminationSpec {
  std::vector<std::string> against;       ///< files; tried from the working directory, then from the file
  bool allow_leaderboard_search = false;  ///< search on a leaderboard's test set; the report says so
  Mark mark;
};

/// What a search goes by: the tasks' metrics, or (ours) the mean log-likelihood of the reference answers.
enum class Fitness { metric, loglikelihood };

/// A whole search.
struct SearchSpec {
  GenomeSpec genome;
  std::vector<TaskSpec> tasks;
  std::vector<std::string>
      include_path;          ///< folders of task files; tried from the working directory, then from the file
  std::optional<int> limit;  ///< first N items of a task
  std::optional<int> num_fewshot;
  bool apply_chat_template = false;  ///< ask through the chat template of the search's tokenizer
  bool fewshot_as_multiturn = true;  ///< examples are turns of the chat, else one message
  std::string system_instruction;    ///< text before everything else
  Mark chat_mark;                    ///< of apply_chat_template
  Fitness fitness = Fitness::metric;
  int metric_every = 10;  ///< ours: with loglikelihood, generations between two that are scored by the metric
  OptimizerSpec optimizer;
  SplitSpec split;
  ContaminationSpec contamination;
  int patience = 0;  ///< early_stop: generations without a better mean on validation; 0: no early stop
  int evaluations = 100;
  std::optional<double> time_limit;  ///< ours: seconds that merging and scoring one candidate may take
  std::uint64_t seed = 0;
  std::string file;
  std::string source_text;
};

/// Reads a search file. Throws InputError with file:line:column.
SearchSpec read_search(const std::filesystem::path& file);
SearchSpec parse_search(std::string_view text, const std::string& file);

/// A path of the file as given if it exists from the working directory, else beside `file`; nothing if
/// neither exists.
std::optional<std::filesystem::path> find_beside(std::string_view path, const std::string& file);

}  // namespace tsugi::recipes
