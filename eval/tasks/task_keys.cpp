// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/task_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tsugi::eval {
namespace {

enum class Use {
  read,     ///< by read_task.cpp
  ignored,  ///< changes no score
  refused,
};

struct Key {
  std::string_view name;
  Use use;
  std::string_view cure = "";  ///< of a refused key
};

constexpr std::string_view kWriteDocuments =
    "write out the documents as Python makes them (JSON lines), and use columns or templates";
constexpr std::string_view kOneTask = "it is a key of groups; remove it from the task";

// lm_eval/config/task.py (TaskConfig), group.py and _factory.py of version 0.4.13.
constexpr std::array kKeys{
    Key{"task", Use::read},
    Key{"dataset_path", Use::read},
    Key{"dataset_kwargs", Use::read},
    Key{"test_split", Use::read},
    Key{"validation_split", Use::read},
    Key{"output_type", Use::read},
    Key{"doc_to_text", Use::read},
    Key{"doc_to_target", Use::read},
    Key{"doc_to_choice", Use::read},
    Key{"description", Use::read},
    Key{"target_delimiter", Use::read},
    Key{"fewshot_delimiter", Use::read},
    Key{"num_fewshot", Use::read},
    Key{"generation_kwargs", Use::read},
    Key{"filter_list", Use::read},
    Key{"metric_list", Use::read},
    Key{"metadata", Use::read},
    Key{"repeats", Use::read},
    Key{"gen_prefix", Use::read},
    Key{"tag", Use::read},
    Key{"group", Use::ignored},
    Key{"task_alias", Use::ignored},
    Key{"dataset_name", Use::ignored},
    Key{"training_split", Use::read},
    Key{"fewshot_split", Use::read},
    Key{"fewshot_config", Use::read},
    Key{"should_decontaminate", Use::ignored},
    Key{"doc_to_decontamination_query", Use::ignored},
    Key{"process_docs", Use::read},
    Key{"process_results", Use::read},
    Key{"custom_dataset", Use::refused, kWriteDocuments},
    Key{"use_prompt", Use::refused, "write the prompt into doc_to_text"},
    Key{"unsafe_code", Use::refused, "tsugi executes no answers; remove the key"},
    Key{"doc_to_image", Use::refused, "tsugi scores text only"},
    Key{"doc_to_audio", Use::refused, "tsugi scores text only"},
    Key{"class", Use::refused, "describe the task in YAML"},
    Key{"task_list", Use::refused, "give each task a file of its own"},
    Key{"group_alias", Use::refused, kOneTask},
    Key{"aggregate_metric_list", Use::refused, kOneTask},
};

std::string nearest_key(const std::string& name) {
  std::vector<std::string> names;
  for (const Key& key : kKeys) {
    if (key.use != Use::refused) names.emplace_back(key.name);
  }
  return suggestion(name, names);
}

}  // namespace

void check_task_keys(const TypedYaml& task) {
  for (const TypedYaml::Member& member : task.members) {
    const auto* known =
        std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& key) { return key.name == member.key; });
    if (known == kKeys.end()) {
      throw InputError(member.mark, fmt::format("unknown key '{}' in a task", member.key),
                       nearest_key(member.key));
    }
    const bool absent =
        member.value.is_null() || (member.value.scalar.is_boolean() && !member.value.scalar.get<bool>());
    if (known->use == Use::refused && !absent) {
      throw InputError(member.mark,
                       fmt::format("the key '{}' is not supported in this version of tsugi", member.key),
                       known->cure);
    }
  }
}

}  // namespace tsugi::eval
