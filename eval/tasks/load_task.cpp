// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A task file as a Task: the keys that need no more than their value, then the parts of task_parts.h.
#include <fmt/format.h>

#include "eval/tasks/task_file.h"
#include "eval/tasks/task_keys.h"
#include "eval/tasks/task_parts.h"
#include "eval/template/python_value.h"
#include "eval/template/template.h"

namespace tsugi::eval {
namespace {

std::string read_name(const TypedYaml& root) {
  const TypedYaml* name = find_set(root, "task");
  if (name == nullptr) throw InputError(root.mark, "no 'task:' with the name of the task", "add it");
  if (!name->is_text()) {
    refuse_value(*name, "task", "the name of one task",
                 "groups are not supported; name their tasks one by one");
  }
  return name->scalar.get<std::string>();
}

OutputType read_output_type(const TypedYaml& root) {
  const TypedYaml* type = find_set(root, "output_type");
  if (type == nullptr) return OutputType::generate_until;
  const std::string name = text_of(*type, "output_type");
  if (name == "generate_until") return OutputType::generate_until;
  if (name == "multiple_choice") return OutputType::multiple_choice;
  refuse_value(*type, "output_type", "generate_until or multiple_choice",
               "the others are not supported in this version");
}

/// Templates are parsed here so that a broken one is found before any document is read.
nlohmann::json read_template(const TypedYaml& root, const std::string& key) {
  const TypedYaml* value = find_set(root, key);
  if (value == nullptr) return nullptr;
  if (value->is_text()) Template::parse(value->scalar.get<std::string>(), value->mark, key);
  return nlohmann::json(value->json());
}

void read_question(const TypedYaml& root, Task& task) {
  task.doc_to_text = read_template(root, "doc_to_text");
  task.doc_to_target = read_template(root, "doc_to_target");
  if (!task.doc_to_text.is_string()) {
    throw InputError(find_set(root, "doc_to_text") == nullptr ? root.mark : task.marks["doc_to_text"],
                     "doc_to_text is no text, expected a template or a column",
                     "write doc_to_text: \"Q: {{question}}\"");
  }
  if (!task.doc_to_target.is_string() && !task.doc_to_target.is_number_integer()) {
    throw InputError(
        find_set(root, "doc_to_target") == nullptr ? root.mark : task.marks["doc_to_target"],
        "doc_to_target is no text or index, expected a template, a column or the number of a choice",
        "name the column of the answer");
  }
}

/// A mapping stands for its values; lists must hold text, because their length is part of scores.
void read_choices(const TypedYaml& root, Task& task) {
  const TypedYaml* value = find_set(root, "doc_to_choice");
  if (value == nullptr) {
    if (task.output_type == OutputType::multiple_choice) {
      throw InputError(root.mark, "a multiple_choice task without doc_to_choice",
                       "name the column of the choices");
    }
    return;
  }
  if (value->is_text()) {
    task.doc_to_choice = read_template(root, "doc_to_choice");
    return;
  }
  task.doc_to_choice = nlohmann::json::array();
  for (const TypedYaml& choice : value->items) task.doc_to_choice.push_back(text_of(choice, "a choice"));
  for (const TypedYaml::Member& member : value->members)
    task.doc_to_choice.push_back(text_of(member.value, "a choice"));
  if (task.doc_to_choice.empty())
    refuse_value(*value, "doc_to_choice", "a list, a column or a template", "list the choices");
}

void read_counts(const TypedYaml& root) {
  const TypedYaml* shots = find_set(root, "num_fewshot");
  if (shots != nullptr && shots->scalar != 0) {
    refuse_value(*shots, "num_fewshot", "0", "examples in the prompt are not supported in this version");
  }
  const TypedYaml* repeats = find_set(root, "repeats");
  if (repeats != nullptr && repeats->scalar != 1) {
    refuse_value(*repeats, "repeats", "1", "greedy answers do not differ from one time to the next");
  }
}

std::string read_version(const TypedYaml& root) {
  const TypedYaml* metadata = find_set(root, "metadata");
  const TypedYaml* version = metadata == nullptr ? nullptr : find_set(*metadata, "version");
  return version == nullptr ? "" : python::str(version->json());
}

}  // namespace

Task load_task(const std::string& name, const std::vector<std::string>& folders,
               const std::string& relative_to) {
  const std::filesystem::path file = find_task_file(name, folders, relative_to);
  const TypedYaml root = read_task_file(file);
  Task task;
  task.file = file.string();
  task.name = read_name(root);
  check_task_keys(root);
  for (const TypedYaml::Member& member : root.members) task.marks[member.key] = member.value.mark;
  task.config = nlohmann::json(root.json());
  task.output_type = read_output_type(root);
  read_question(root, task);
  read_choices(root, task);
  if (const TypedYaml* description = find_set(root, "description")) {
    task.description = text_of(*description, "description");
    read_template(root, "description");
  }
  if (const TypedYaml* delimiter = find_set(root, "target_delimiter")) {
    task.target_delimiter = text_of(*delimiter, "target_delimiter");
  }
  read_counts(root);
  task.version = read_version(root);
  read_generation(root, task);
  read_filters(root, task);
  read_metrics(root, task);
  read_data_files(root, task);
  return task;
}

}  // namespace tsugi::eval
