// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What lm-evaluation-harness calls FewshotConfig (lm_eval/config/task.py), and where its documents come from
// (lm_eval/api/task.py, fewshot_docs).
#include <fmt/format.h>

#include "eval/tasks/ports/port.h"
#include "eval/tasks/task_parts.h"

namespace tsugi::eval {
namespace {

// What the configuration says, else the task's own.
DocKey inherited(const DocKey& own, const DocKey& task) {
  return own.is_absent() ? task : own;
}

void read_count(const TypedYaml& root, FewshotConfig& config) {
  const TypedYaml* count = find_set(root, "num_fewshot");
  if (count == nullptr) return;
  constexpr std::int64_t kMost = 10'000;  // beyond any model's positions
  const bool fits = count->scalar.is_number_integer() && count->scalar.get<std::int64_t>() >= 0 &&
                    count->scalar.get<std::int64_t>() <= kMost;
  if (!fits)
    refuse_value(*count, "num_fewshot", "a whole number of 0 or more", "give the number of examples");
  config.count = count->scalar.get<std::size_t>();
  config.fixed = config.count == 0;
}

void read_samples(const TypedYaml& mapping, FewshotConfig& config) {
  const TypedYaml* samples = find_set(mapping, "samples");
  if (samples == nullptr) return;
  if (!samples->is_list)
    refuse_value(*samples, "samples", "a list of documents", "write - {question: …, answer: …}");
  for (const TypedYaml& sample : samples->items) {
    if (!sample.is_mapping)
      refuse_value(sample, "a sample", "a mapping of columns", "write {question: …, answer: …}");
    config.samples.push_back(sample.json());
  }
}

void read_sampler(const TypedYaml& mapping, FewshotConfig& config) {
  const TypedYaml* sampler = find_set(mapping, "sampler");
  if (sampler == nullptr) return;
  const std::string name = text_of(*sampler, "sampler");
  if (name != "default" && name != "first_n")
    refuse_value(*sampler, "sampler", "default or first_n",
                 "first_n takes the first documents, default draws them");
  config.first_n = name == "first_n";
}

const TypedYaml* split_of(const TypedYaml& root, const TypedYaml* mapping) {
  const TypedYaml* own = mapping == nullptr ? nullptr : find_set(*mapping, "split");
  return own != nullptr ? own : find_set(root, "fewshot_split");
}

}  // namespace

void read_fewshot(const TypedYaml& root, Task& task) {
  FewshotConfig& config = task.fewshot;
  read_count(root, config);
  const TypedYaml empty;
  const TypedYaml* given = find_set(root, "fewshot_config");
  if (given != nullptr) {
    check_keys(*given, "fewshot_config",
               {"sampler", "split", "samples", "doc_to_text", "doc_to_target", "doc_to_choice", "gen_prefix",
                "process_docs", "fewshot_delimiter", "target_delimiter", "fewshot_indices"});
    read_sampler(*given, config);
    read_samples(*given, config);
  }
  const TypedYaml& own = given == nullptr ? empty : *given;
  config.process_docs = read_function(own, "process_docs", FunctionKind::columns);
  if (config.process_docs == nullptr) config.process_docs = task.process_docs;
  config.doc_to_text = inherited(read_doc_to(own, "doc_to_text"), task.doc_to_text);
  config.doc_to_target = inherited(read_doc_to(own, "doc_to_target"), task.doc_to_target);
  config.doc_to_choice = inherited(read_choices(own), task.doc_to_choice);
  config.gen_prefix = read_doc_key(own, "gen_prefix");
  if (config.gen_prefix.is_null()) config.gen_prefix = task.gen_prefix;
  config.target_delimiter = task.target_delimiter;
  for (const TypedYaml* mapping : {&root, &own}) {
    if (const TypedYaml* value = find_set(*mapping, "fewshot_delimiter"))
      config.delimiter = text_of(*value, "fewshot_delimiter");
  }
  if (const TypedYaml* value = find_set(own, "target_delimiter"))
    config.target_delimiter = text_of(*value, "target_delimiter");

  const TypedYaml* split = split_of(root, given);
  const TypedYaml* test = find_set(root, "test_split");
  config.leaves_out = split == nullptr ? test == nullptr : test != nullptr && split->scalar == test->scalar;
  if (split == nullptr && !config.samples.empty()) return;
  for (const char* key : {"training_split", "validation_split", "test_split"}) {
    if (split == nullptr) split = find_set(root, key);
  }
  // A split whose files are not at hand matters only where examples are asked for, but then to everybody who
  // asks.
  const TypedYaml* options = find_set(root, "dataset_kwargs");
  const TypedYaml* files = options == nullptr ? nullptr : find_set(*options, "data_files");
  const bool listed =
      split != nullptr && files != nullptr &&
      (files->is_mapping ? files->find(text_of(*split, "the split")) != nullptr : split->scalar == "train");
  if (listed || config.count > 0) config.files = files_of_split(root, *split, task);
}

}  // namespace tsugi::eval
