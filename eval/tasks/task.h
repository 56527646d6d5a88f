// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A task as lm-evaluation-harness's YAML describes it, and its documents.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "recipes/error.h"

namespace tsugi::eval {

enum class OutputType { generate_until, multiple_choice };

struct FilterStep {
  std::string function;  ///< "regex", "take_first", "remove_whitespace", …
  std::map<std::string, nlohmann::json> arguments;
  Mark mark;
};

struct FilterPipeline {
  std::string name = "none";
  std::vector<FilterStep> steps;
};

struct MetricSpec {
  std::string metric;  ///< "exact_match", "acc", "exact_match_in_language"
  std::map<std::string, nlohmann::json> arguments;
  Mark mark;
};

/// A task file. Fields carry lm-evaluation-harness's names and defaults.
struct Task {
  std::string name;
  std::string file;
  OutputType output_type = OutputType::generate_until;
  std::vector<std::filesystem::path> data_files;  ///< as found
  std::vector<std::string> notes;  ///< where data files were found when not in the working directory
  nlohmann::json doc_to_text;      ///< template or column name
  nlohmann::json doc_to_target;    ///< template, column name or integer
  nlohmann::json doc_to_choice;    ///< list, column name or null
  std::string description;
  std::string target_delimiter = " ";
  std::vector<std::string> until;  ///< generation_kwargs.until
  std::size_t max_gen_toks = 256;
  std::vector<FilterPipeline>
      filters;  ///< never empty: without filter_list one "none" that takes the first response
  std::vector<MetricSpec> metrics;    ///< metric_list, then those of metadata.tsugi.metrics
  std::string required_language;      ///< metadata.tsugi.language: an ISO code such as "ja", or ""
  std::string version;                ///< metadata.version as text
  nlohmann::json config;              ///< the YAML after typing, for output files
  std::map<std::string, Mark> marks;  ///< where each key of the YAML has its value, for messages
};

/// One document and what is asked about it.
struct Item {
  std::size_t doc_id = 0;  ///< position in the data
  nlohmann::ordered_json doc;
  std::string prompt;
  std::vector<std::string> choices;  ///< multiple_choice only
  std::string target;                ///< generate_until: reference as text
  int gold = -1;  ///< multiple_choice: index of the right choice; -1: none, no answer is right
};

/// Finds the task `name` below `folders` (any .yaml whose `task:` is that), or a path to a YAML file. Throws
/// InputError; an unknown name lists the nearest. Folders are tried from the working directory, then beside
/// `relative_to`.
Task load_task(const std::string& name, const std::vector<std::string>& folders,
               const std::string& relative_to);

/// Reads the task's documents and renders them. `limit`: only the first N. Throws InputError with file:line
/// for a broken line, a missing column, a template that cannot be rendered.
std::vector<Item> load_items(const Task& task, std::optional<std::size_t> limit = std::nullopt);

}  // namespace tsugi::eval
