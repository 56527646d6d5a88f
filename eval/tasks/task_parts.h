// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The pieces that load_task() reads, one a function, each in a file of its own name.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "eval/tasks/task.h"
#include "eval/tasks/typed_yaml.h"

namespace tsugi::eval {

/// The member unless it is absent or null.
const TypedYaml* find_set(const TypedYaml& mapping, std::string_view key);

/// Throws InputError at the value: "WHAT is SEEN, expected EXPECTED; CURE".
[[noreturn]] void refuse_value(const TypedYaml& value, std::string_view what, std::string_view expected,
                               std::string_view cure);

/// The text of a value. Throws InputError for other types.
std::string text_of(const TypedYaml& value, std::string_view what);

/// Throws InputError unless the value is a mapping with no other keys.
void check_keys(const TypedYaml& mapping, std::string_view what,
                std::initializer_list<std::string_view> keys);

/// The whole of a task file, after its includes.
Task read_task(const TypedYaml& root, const std::string& file);

/// dataset_path, dataset_kwargs and the split: fills data_files and notes.
void read_data_files(const TypedYaml& root, Task& task);

/// num_fewshot, fewshot_split, fewshot_config and what they inherit from the task: fills fewshot. After the
/// other keys of questions.
void read_fewshot(const TypedYaml& root, Task& task);

/// The files of a split under dataset_kwargs, as found; notes where. Throws InputError.
std::vector<std::filesystem::path> files_of_split(const TypedYaml& root, const TypedYaml& split, Task& task);

/// A template or column of a key, or what else stands there; null when absent. Templates are parsed, so that
/// a broken one is found before any document is read.
nlohmann::json read_doc_key(const TypedYaml& mapping, const std::string& key);

/// doc_to_text or doc_to_target: read_doc_key(), or a ported function.
DocKey read_doc_to(const TypedYaml& mapping, const std::string& key);

/// doc_to_choice: a list (the values of a mapping), a template, a column or a ported function.
DocKey read_choices(const TypedYaml& mapping);

/// generation_kwargs: fills until and max_gen_toks; refuses sampling and beams.
void read_generation(const TypedYaml& root, Task& task);

/// filter_list: fills filters; every pattern has been compiled once.
void read_filters(const TypedYaml& root, Task& task);

/// metric_list and metadata.tsugi: fills metrics and required_language. Needs output_type.
void read_metrics(const TypedYaml& root, Task& task);

}  // namespace tsugi::eval
