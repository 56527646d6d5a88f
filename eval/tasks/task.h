// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A task as lm-evaluation-harness's YAML describes it, and its documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eval/tasks/documents.h"
#include "eval/tasks/message.h"
#include "recipes/error.h"

namespace tsugi::eval {

struct PortedFunction;  // eval/tasks/ports/port.h

enum class OutputType { generate_until, multiple_choice, loglikelihood, loglikelihood_rolling };

/// "generate_until", …
std::string_view name_of(OutputType type);

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

/// What stands under doc_to_text, doc_to_target or doc_to_choice.
struct DocKey {
  nlohmann::json value;  ///< template, column name, index or list; null when absent, and for a function
  const PortedFunction* function = nullptr;  ///< a `!function` of lm-evaluation-harness's own

  bool is_absent() const { return value.is_null() && function == nullptr; }
};

/// Examples before each question: num_fewshot, fewshot_split and fewshot_config.
struct FewshotConfig {
  std::size_t count = 0;
  bool fixed = false;       ///< the file says 0, which no option changes
  bool first_n = false;     ///< the first documents instead of random ones
  bool leaves_out = false;  ///< they come from the split that is scored: a document is no example of itself
  std::vector<std::filesystem::path> files;
  std::vector<nlohmann::ordered_json> samples;   ///< written in the task file; used without files
  const PortedFunction* process_docs = nullptr;  ///< applied to what `files` hold
  DocKey doc_to_text;
  DocKey doc_to_target;
  DocKey doc_to_choice;
  nlohmann::json gen_prefix;
  std::string delimiter = "\n\n";  ///< behind each answer
  std::string target_delimiter = " ";
};

/// A task file. Fields carry lm-evaluation-harness's names and defaults.
struct Task {
  std::string name;
  std::string file;
  OutputType output_type = OutputType::generate_until;
  std::vector<std::filesystem::path> data_files;  ///< as found
  Typing typing = Typing::datasets;               ///< of what they and the examples' files hold
  std::vector<std::string> notes;  ///< where data files were found when not in the working directory
  const PortedFunction* process_docs = nullptr;  ///< applied to the documents before anything else
  DocKey doc_to_text;
  DocKey doc_to_target;
  DocKey doc_to_choice;
  const PortedFunction* process_results = nullptr;  ///< instead of the request type's metrics
  std::string description;
  std::string target_delimiter = " ";
  nlohmann::json gen_prefix;  ///< template or column of what an answer begins with, or null
  FewshotConfig fewshot;
  std::vector<std::string> until;  ///< generation_kwargs.until
  std::size_t max_gen_toks = 256;
  std::vector<FilterPipeline>
      filters;  ///< never empty: without filter_list one "none" that takes the first response
  std::vector<MetricSpec> metrics;    ///< metric_list, then those of metadata.tsugi.metrics
  nlohmann::json worked_answer;       ///< metadata.tsugi.worked_answer: template or column, or null
  std::string required_language;      ///< metadata.tsugi.language: an ISO code such as "ja", or ""
  std::string version;                ///< metadata.version as text
  nlohmann::json config;              ///< the YAML after typing, for output files
  std::map<std::string, Mark> marks;  ///< where each key of the YAML has its value, for messages
};

/// A continuation whose log-likelihood is asked for.
struct ContinuationText {
  std::string context;
  std::string continuation;
};

/// The harness's index of what is none of the choices.
constexpr int kNoChoice = -100;

/// One document and what is asked about it.
struct Item {
  std::size_t doc_id = 0;  ///< position in the data
  nlohmann::ordered_json doc;
  std::string place;                 ///< "items.jsonl:17", for messages
  bool answered = true;              ///< false: what follows of the answer is still to come (add_answers)
  std::string question;              ///< without description, examples and template
  std::string prompt;                ///< all that the model reads before it answers; the first of several
  std::vector<std::string> choices;  ///< multiple_choice only
  std::vector<ContinuationText>
      requests;                      ///< one a choice, then those of acc_mutual_info; one for loglikelihood
  nlohmann::ordered_json reference;  ///< what doc_to_target gives: text, a number, a list
  std::string target;                ///< reference as text; of several the first
  std::vector<std::string> targets;  ///< all, where the task has several right answers
  bool several_targets = false;      ///< the task's documents have lists of right answers
  std::string worked;                ///< the right answer at length (Task::worked_answer); "" without one
  int gold = kNoChoice;    ///< multiple_choice: index of the right choice; negative: no answer is right
  std::vector<int> golds;  ///< all, where the task has several right answers
};

/// What the command line says about prompts.
struct PromptOptions {
  std::optional<std::size_t> limit = {};        ///< only the first N documents
  std::vector<std::size_t> which = {};          ///< only these, in this order; empty for all
  std::optional<std::size_t> num_fewshot = {};  ///< instead of the file's
  std::uint64_t fewshot_seed = 1234;            ///< lm-evaluation-harness's default
  std::string system_instruction = {};
  bool answers = true;     ///< else items come without their answers, which add_answers gives them
  ChatRenderer chat = {};  ///< without one a prompt is plain text
  bool multiturn = true;   ///< examples are turns of their own, for a chat template
};

/// Finds the task `name` below `folders` (any .yaml whose `task:` is that), or a path to a YAML file. Throws
/// InputError; an unknown name lists the nearest. Folders are tried from the working directory, then beside
/// `relative_to`.
Task load_task(const std::string& name, const std::vector<std::string>& folders,
               const std::string& relative_to);

/// Documents that the task scores, read from its files.
std::size_t count_documents(const Task& task);

/// Examples before each question of the task with these options.
std::size_t shots_of(const Task& task, const PromptOptions& options);

/// Reads the task's documents and renders them. Throws InputError with file:line for a broken line, a missing
/// column, a template that cannot be rendered, too few documents for the examples.
std::vector<Item> load_items(const Task& task, const PromptOptions& options = {});

/// Reads the answers of the items `which` that load_items left out: reference, targets, golds and what their
/// requests need of them. No other item's answer is looked at. Throws InputError as load_items does.
void add_answers(const Task& task, std::vector<Item>& items, std::span<const std::size_t> which);

}  // namespace tsugi::eval
