// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "eval/tasks/task_parts.h"

namespace tsugi::eval {
namespace {

constexpr std::string_view kSampling = "sampling cannot be compared between programs; set do_sample: false";

void add_stop(const TypedYaml& value, Task& task) {
  const std::string stop = text_of(value, "a stop string");
  if (stop.empty())
    refuse_value(value, "a stop string", "text", "an empty one would end every answer at once");
  task.until.push_back(stop);
}

void read_until(const TypedYaml& until, Task& task) {
  if (!until.is_list) return add_stop(until, task);
  for (const TypedYaml& stop : until.items) add_stop(stop, task);
}

/// In order of precedence, as lm-evaluation-harness has it (lm_eval/models/utils.py, normalize_gen_kwargs).
void read_length(const TypedYaml& options, Task& task) {
  for (const std::string_view key :
       {"max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens"}) {
    const TypedYaml* length = find_set(options, key);
    if (length == nullptr) continue;
    constexpr std::int64_t kLongest = 1 << 24;  // beyond any model's positions
    const bool fits = length->scalar.is_number_integer() && length->scalar.get<std::int64_t>() > 0 &&
                      length->scalar.get<std::int64_t>() <= kLongest;
    if (!fits) refuse_value(*length, key, "a whole number above 0", "give a number of tokens");
    task.max_gen_toks = length->scalar.get<std::size_t>();
    return;
  }
}

void refuse_sampling(const TypedYaml& options) {
  const TypedYaml* sample = find_set(options, "do_sample");
  const TypedYaml* temperature = find_set(options, "temperature");
  if (sample != nullptr && !sample->scalar.is_boolean())
    refuse_value(*sample, "do_sample", "true or false", kSampling);
  if (temperature != nullptr && !temperature->scalar.is_number()) {
    refuse_value(*temperature, "temperature", "a number", kSampling);
  }
  if (sample != nullptr && sample->scalar.get<bool>()) refuse_value(*sample, "do_sample", "false", kSampling);
  if (sample == nullptr && temperature != nullptr && temperature->scalar.get<double>() != 0) {
    refuse_value(*temperature, "temperature", "0", kSampling);
  }
  const TypedYaml* beams = find_set(options, "num_beams");
  if (beams != nullptr && beams->scalar != 1)
    refuse_value(*beams, "num_beams", "1", "tsugi decodes greedily");
}

}  // namespace

void read_generation(const TypedYaml& root, Task& task) {
  const TypedYaml* options = find_set(root, "generation_kwargs");
  if (options != nullptr) {
    check_keys(*options, "generation_kwargs",
               {"until", "do_sample", "temperature", "max_gen_toks", "max_new_tokens", "max_tokens",
                "max_completion_tokens", "top_p", "top_k", "num_beams"});
    refuse_sampling(*options);
    read_length(*options, task);
  }
  const TypedYaml* until = options == nullptr ? nullptr : options->find("until");
  if (until != nullptr) return read_until(*until, task);
  const TypedYaml* delimiter = find_set(root, "fewshot_delimiter");
  if (delimiter == nullptr) {
    task.until = {"\n\n"};
  } else {
    add_stop(*delimiter, task);
  }
}

}  // namespace tsugi::eval
