// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A task file as a Task: the keys that need no more than their value, then the parts of task_parts.h.
#include <fmt/format.h>

#include "eval/tasks/ports/port.h"
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
    refuse_value(*name, "task", "the name of one task", "this file is a group; name a task");
  }
  return name->scalar.get<std::string>();
}

OutputType read_output_type(const TypedYaml& root) {
  const TypedYaml* type = find_set(root, "output_type");
  if (type == nullptr) return OutputType::generate_until;
  const std::string name = text_of(*type, "output_type");
  std::vector<std::string> names;
  for (const OutputType known : {OutputType::generate_until, OutputType::multiple_choice,
                                 OutputType::loglikelihood, OutputType::loglikelihood_rolling}) {
    if (name == name_of(known)) return known;
    names.emplace_back(name_of(known));
  }
  refuse_value(*type, "output_type", "a kind of request", suggestion(name, names));
}

[[noreturn]] void refuse_key(const TypedYaml& root, const Task& task, const std::string& key,
                             const std::string& what, const std::string& cure) {
  throw InputError(find_set(root, key) == nullptr ? root.mark : task.marks.at(key), what, cure);
}

void read_question(const TypedYaml& root, Task& task) {
  task.process_docs = read_function(root, "process_docs", FunctionKind::columns);
  task.process_results = read_function(root, "process_results", FunctionKind::metrics);
  task.doc_to_text = read_doc_to(root, "doc_to_text");
  task.doc_to_target = read_doc_to(root, "doc_to_target");
  const bool rolling = task.output_type == OutputType::loglikelihood_rolling;
  const auto is_text = [](const DocKey& key) { return key.function != nullptr || key.value.is_string(); };
  if (!is_text(task.doc_to_text) && !rolling) {
    refuse_key(root, task, "doc_to_text", "doc_to_text is no text, expected a template or a column",
               "write doc_to_text: \"Q: {{question}}\"");
  }
  const nlohmann::json& target = task.doc_to_target.value;
  if (!is_text(task.doc_to_target) && !target.is_number_integer() && !target.is_array()) {
    refuse_key(root, task, "doc_to_target",
               "doc_to_target is no text or index, expected a template, a column or the number of a choice",
               "name the column of the answer");
  }
  task.doc_to_choice = read_choices(root);
  if (task.doc_to_choice.is_absent() && task.output_type == OutputType::multiple_choice) {
    throw InputError(root.mark, "a multiple_choice task without doc_to_choice",
                     "name the column of the choices");
  }
  if (const TypedYaml* description = find_set(root, "description")) {
    task.description = text_of(*description, "description");
    read_doc_key(root, "description");
  }
  if (const TypedYaml* delimiter = find_set(root, "target_delimiter"))
    task.target_delimiter = text_of(*delimiter, "target_delimiter");
  if (const TypedYaml* prefix = find_set(root, "gen_prefix")) {
    text_of(*prefix, "gen_prefix");
    task.gen_prefix = read_doc_key(root, "gen_prefix");
  }
}

// Greedy answers do not differ from one time to the next: one stands for all.
void check_repeats(const TypedYaml& root, Task& task) {
  const TypedYaml* repeats = find_set(root, "repeats");
  if (repeats == nullptr) return;
  if (!repeats->scalar.is_number_integer() || repeats->scalar.get<std::int64_t>() < 1)
    refuse_value(*repeats, "repeats", "a whole number above 0", "leave it out");
  if (repeats->scalar != 1)
    task.notes.push_back(fmt::format("{}: repeats: {} are one answer, since greedy answers are all the same",
                                     task.name, repeats->scalar.get<std::int64_t>()));
}

std::string read_version(const TypedYaml& root) {
  const TypedYaml* metadata = find_set(root, "metadata");
  const TypedYaml* version = metadata == nullptr ? nullptr : find_set(*metadata, "version");
  return version == nullptr ? "" : python::str(version->json());
}

}  // namespace

nlohmann::json read_doc_key(const TypedYaml& mapping, const std::string& key) {
  const TypedYaml* value = find_set(mapping, key);
  if (value == nullptr) return nullptr;
  if (value->is_text()) Template::parse(value->scalar.get<std::string>(), value->mark, key);
  return nlohmann::json(value->json());
}

DocKey read_doc_to(const TypedYaml& mapping, const std::string& key) {
  if (const PortedFunction* function = read_function(mapping, key, FunctionKind::of_doc))
    return {nullptr, function};
  return {read_doc_key(mapping, key)};
}

/// A mapping stands for its values; lists must hold text, because their length is part of scores.
DocKey read_choices(const TypedYaml& mapping) {
  const TypedYaml* value = find_set(mapping, "doc_to_choice");
  if (value == nullptr || value->is_text() || !value->function.empty())
    return read_doc_to(mapping, "doc_to_choice");
  nlohmann::json choices = nlohmann::json::array();
  for (const TypedYaml& choice : value->items) choices.push_back(text_of(choice, "a choice"));
  for (const TypedYaml::Member& member : value->members) choices.push_back(text_of(member.value, "a choice"));
  if (choices.empty())
    refuse_value(*value, "doc_to_choice", "a list, a column or a template", "list the choices");
  return {choices};
}

Task read_task(const TypedYaml& root, const std::string& file) {
  Task task;
  task.file = file;
  task.name = read_name(root);
  check_functions(root);
  check_task_keys(root);
  for (const TypedYaml::Member& member : root.members) task.marks[member.key] = member.value.mark;
  task.config = nlohmann::json(root.json());
  task.output_type = read_output_type(root);
  read_question(root, task);
  check_repeats(root, task);
  task.version = read_version(root);
  read_generation(root, task);
  read_filters(root, task);
  read_metrics(root, task);
  read_data_files(root, task);
  read_fewshot(root, task);
  return task;
}

Task load_task(const std::string& name, const std::vector<std::string>& folders,
               const std::string& relative_to) {
  const std::filesystem::path file = find_task_file(name, folders, relative_to);
  return read_task(read_task_file(file), file.string());
}

}  // namespace tsugi::eval
