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
#include "recipes/layer_spec.h"
#include "recipes/recipe.h"
#include "recipes/search_items.h"
#include "recipes/search_race.h"

namespace tsugi::recipes {

/// Where a gene of one parameter may move and where it starts; what is not set comes from the method's table.
struct GeneRange {
  std::optional<double> low;
  std::optional<double> high;
  std::optional<double> start;
  Mark mark;
  std::optional<double> step = {};  ///< between the values it takes, from low to high; 0: any value
};

/// A word of the file and where it stands.
struct MarkedText {
  std::string text;
  Mark mark;
};

/// `genome:`. Keys up to `tokenizer_source` are mergekit-evolve's; the rest are ours.
struct GenomeSpec {
  std::vector<ModelReference> models;
  std::string merge_method;  ///< "" where only layers are searched
  Mark method_mark;
  std::vector<MarkedText> other_methods;  ///< ours: the search chooses among merge_method and these
  std::optional<ModelReference> base_model;
  std::optional<MarkedText> tokenizer_source;  ///< as written; none and "base" are the same
  int layer_granularity = 0;                   ///< layers in a group; 0: one group for all
  std::vector<int> layer_groups;               ///< ours, instead: the layers of each group, from the first on
  Mark groups_mark;
  std::optional<bool> normalize;
  bool allow_negative_weights = false;
  std::vector<std::string> filters;  ///< one more set of genes for tensors whose name holds the text
  std::vector<MarkedText> roles;     ///< ours, instead: one more for tensors of the role ("attn", "mlp.down")
  bool smooth = false;               ///< genes of neighbouring groups are the points of one gradient
  bool outside_layers = false;       ///< ours: embeddings, final norm and head are a group of their own
  /// Ours: by parameter name, or "METHOD.PARAMETER" where there are several methods.
  std::map<std::string, GeneRange> ranges;
  bool random_init = false;    ///< starts are drawn; stands beside genome in the file
  std::optional<DType> dtype;  ///< ours: stored type of a candidate; default as in a recipe
};

/// All methods as one text: "ties, dare_ties".
std::string methods_text(const GenomeSpec& genome);

/// `scorer: command` of a task, ours: a program of the user's scores it.
struct CommandSpec {
  std::vector<std::string> words;  ///< program and arguments, with placeholders (command_words.h)
  Mark mark;
  std::string items;  ///< file that is split; tried from the working directory, then from the search file
  Mark items_mark;
  std::string task;                   ///< what the program calls the task; default: its name
  std::string question = "question";  ///< column of `items` that the split goes by
  double time_limit = 3600;  ///< seconds for one call; an hour, so that a program that hangs ends some day
  int at_once = 1;           ///< calls that may run at one time
};

/// One entry of `tasks:`; a bare string is a task with weight 1.
struct TaskSpec {
  std::string name;
  double weight = 1;                     ///< negative for metrics where less is better
  std::string metric = "acc,none";       ///< "metric,filter" as in lm-evaluation-harness's results
  std::optional<CommandSpec> command{};  ///< scored by this instead of tsugi itself
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
  /// `finish:`, ours: the optimizer that goes on from where this one has come to; one at most.
  std::vector<OptimizerSpec> finish = {};
  int evaluations = 0;  ///< of a finish: the last so many are its own
};

/// An entry of `stages:`, ours: weights, then layers with what the search of weights came to as one more
/// model.
struct StageSpec {
  int evaluations = 0;
  OptimizerSpec optimizer;
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

/// Few enough that the best of them on validation is no lucky draw.
constexpr int kMostFinalists = 10;

/// A whole search.
struct SearchSpec {
  GenomeSpec genome;
  std::optional<LayerSpec> layers;  ///< ours; its models are those of `genome` unless it has its own
  /// Ours: first weights, then layers. Empty: `genome` or `layers`, or with a genome that has a merge_method
  /// both together.
  std::vector<StageSpec> stages;
  std::vector<TaskSpec> tasks;
  std::vector<std::string>
      include_path;          ///< folders of task files; tried from the working directory, then from the file
  std::optional<int> limit;  ///< first N items of a task
  bool shuffle = false;      ///< any N instead of the first, the same in all runs
  std::optional<int> num_fewshot;
  bool apply_chat_template = false;  ///< ask through the chat template of the search's tokenizer
  bool fewshot_as_multiturn = true;  ///< examples are turns of the chat, else one message
  std::string system_instruction;    ///< text before everything else
  Mark chat_mark;                    ///< of apply_chat_template
  Fitness fitness = Fitness::metric;
  int metric_every = 10;  ///< ours: with loglikelihood, generations between two that are scored by the metric
  /// ours: with loglikelihood, so many of the search items are scored by it; nothing: all
  std::optional<int> loglikelihood_items;
  OptimizerSpec optimizer;
  std::optional<RaceSpec> race;    ///< ours: the candidates of a generation race
  std::optional<ItemsSpec> items;  ///< ours: candidates answer a subset; not with race
  SplitSpec split;
  ContaminationSpec contamination;
  int patience = 0;  ///< early_stop: generations without a better mean on validation; 0: no early stop
  int finalists = kMostFinalists;    ///< ours: so many are named at most, from which validation chooses
  int evaluations = 100;             ///< of all stages
  std::optional<double> time_limit;  ///< ours: seconds that merging and scoring one candidate may take
  /// ours: where candidates are written for tasks with `scorer: command`: "memory", "run" (the run's folder)
  /// or a folder.
  std::string export_to = "memory";
  Mark export_mark;
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
