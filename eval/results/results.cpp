// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/results/results.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <numeric>
#include <optional>

#include "eval/metrics/aggregations.h"
#include "eval/metrics/intervals.h"
#include "eval/results/group_scores.h"
#include "eval/results/samples.h"
#include "eval/results/text_table.h"
#include "merge/sha256.h"
#include "merge/version.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using Json = nlohmann::ordered_json;

// The harness's default.
constexpr std::size_t kResamples = 100'000;

const Metric& metric_of(const TaskResult& result, const MetricColumn& column) {
  const Metric* metric = find_metric(column.metric, result.task->task);
  if (metric == nullptr) throw Error("no metric " + column.metric);
  return *metric;
}

Measures measures_of(const TaskResult& result, const MetricColumn& column) {
  return {column.values, column.parts, fmt::format("{}: {}", result.task->task.name, column.metric)};
}

double score_of(const TaskResult& result, const MetricColumn& column) {
  return aggregate(metric_of(result, column), measures_of(result, column));
}

// lm-evaluation-harness prints "N/A" where a standard error has no meaning.
Json stderr_of(const TaskResult& result, const MetricColumn& column) {
  const std::optional<double> error =
      standard_error(metric_of(result, column), measures_of(result, column), kResamples);
  return error ? Json(*error) : Json("N/A");
}

Json task_entry(const TaskResult& result) {
  const std::string& name = result.task->task.name;
  Json entry = {{"name", name}, {"alias", name}, {"sample_len", result.which.size()}};
  for (const MetricColumn& column : result.scores.columns) {
    entry[column.name()] = score_of(result, column);
    entry[column.metric + "_stderr," + column.filter] = stderr_of(result, column);
  }
  return entry;
}

void write_whole(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path partial = file.string() + fmt::format(".tsugi-partial-{}", getpid());
  std::ofstream out(partial, std::ios::binary);
  out << text;
  out.close();
  if (!out)
    throw Error(fmt::format("{}: cannot be written; check the folder and the free disk", file.string()));
  std::filesystem::rename(partial, file);
}

// The harness shows a group's examples where all its tasks agree.
Json shots_of_group(const ModelResult& result, const TaskGroup& group) {
  std::optional<std::size_t> shots;
  for (const std::size_t task : group.tasks) {
    if (shots && *shots != result.tasks[task].shots) return nullptr;
    shots = result.tasks[task].shots;
  }
  return shots ? Json(*shots) : Json(nullptr);
}

// Null where the group's tasks disagree.
Json directions_of_group(const ModelResult& result, const TaskGroup& group) {
  Json directions = Json::object();
  for (const std::size_t task : group.tasks) {
    for (const MetricColumn& column : result.tasks[task].scores.columns) {
      const bool higher = metric_of(result.tasks[task], column).higher_is_better;
      const auto known = directions.find(column.metric);
      if (known == directions.end()) {
        directions[column.metric] = higher;
      } else if (*known != higher) {
        *known = nullptr;
      }
    }
  }
  return directions;
}

void add_groups(const ModelResult& result, const std::vector<Json>& entries, Json& out) {
  for (const TaskGroup& group : result.groups) {
    Json entry = {{"name", group.name}, {"alias", group.alias}};
    const std::vector<GroupScore> scores = group_scores(group, entries);
    std::size_t items = 0;
    for (const std::size_t task : group.tasks) items += result.tasks[task].which.size();
    if (!scores.empty()) entry["sample_len"] = items;
    for (const GroupScore& score : scores) {
      entry[score.metric + "," + score.filter] = score.value;
      entry[score.metric + "_stderr," + score.filter] = score.error;
      entry["sample_count"][score.metric + "," + score.filter] = score.items;
    }
    out["results"][group.name] = entry;
    if (!scores.empty()) out["groups"][group.name] = entry;
    out["group_subtasks"][group.name] = group.children;
    out["versions"][group.name] = group.version.empty() ? "N/A" : group.version;
    out["higher_is_better"][group.name] = directions_of_group(result, group);
    if (const Json shots = shots_of_group(result, group); !shots.is_null()) out["n-shot"][group.name] = shots;
  }
}

// As the file has it, a number or a text; "Yaml" is what the harness calls a task without.
Json version_of(const Task& task) {
  const auto metadata = task.config.find("metadata");
  const bool given = metadata != task.config.end() && metadata->is_object() && metadata->contains("version");
  return given ? Json((*metadata)["version"]) : Json("Yaml");
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json hash_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(merge::sha256_hex(text));
}

Json token_of(const std::optional<RunSettings::NamedToken>& token) {
  return token ? Json{token->text, std::to_string(token->id)} : Json{nullptr, "None"};
}

// re.sub(r'[\"<>:/\|?*\[\]]+', "__", name)
std::string sanitized(const std::string& name) {
  constexpr std::string_view kUnwelcome = "\"<>:/\\|?*[]";
  std::string result;
  bool inside = false;
  for (const char c : name) {
    const bool unwelcome = kUnwelcome.find(c) != std::string_view::npos;
    if (!unwelcome) {
      result += c;
    } else if (!inside) {
      result += "__";
    }
    inside = unwelcome;
  }
  return result;
}

void add_outside(const ModelResult& result, Json& out) {
  for (const OutsideTask& task : result.outside) {
    Json entry = {{"name", task.name}, {"alias", task.name}, {"sample_len", task.values.size()}};
    entry[task.metric + "," + task.filter] = mean_of(task.values);
    entry[task.metric + "_stderr," + task.filter] = standard_error(task.values);
    out["results"][task.name] = entry;
    out["n-samples"][task.name] = {{"effective", task.values.size()}};
  }
}

void add_settings(const ModelResult& result, Json& out) {
  const RunSettings& settings = result.settings;
  Json limit = nullptr;
  if (settings.limit) {
    const bool whole = *settings.limit >= 1;
    limit = whole ? Json(static_cast<std::uint64_t>(*settings.limit)) : Json(*settings.limit);
  }
  out["config"] = {{"model", "tsugi"},
                   {"model_args", "pretrained=" + result.model + ",dtype=" + result.dtype},
                   {"model_num_parameters", settings.parameters},
                   {"model_dtype", result.dtype},
                   {"arithmetic", result.arithmetic},
                   {"limit", limit},
                   {"bootstrap_iters", kResamples},
                   {"gen_kwargs", text_or_null(settings.gen_kwargs)},
                   {"fewshot_seed", settings.fewshot_seed}};
  out["tsugi_version"] = merge::tool_version();
  out["tokenizer_eos_token"] = token_of(settings.eos);
  out["tokenizer_bos_token"] = token_of(settings.bos);
  out["eot_token_id"] = settings.eos ? Json(settings.eos->id) : Json(nullptr);
  if (!result.tasks.empty()) out["max_length"] = result.tasks.front().task->max_length;
  out["model_source"] = "tsugi";
  out["model_name"] = result.model;
  out["model_name_sanitized"] = sanitized(result.model);
  out["system_instruction"] = text_or_null(settings.system_instruction);
  out["system_instruction_sha"] = hash_or_null(settings.system_instruction);
  const std::string chat = settings.chat_template.value_or("");
  out["fewshot_as_multiturn"] = settings.chat_template ? Json(settings.multiturn) : Json(nullptr);
  out["chat_template"] = text_or_null(chat);
  out["chat_template_sha"] = hash_or_null(chat);
}

std::vector<Json> entries_of(const ModelResult& result) {
  std::vector<Json> entries;
  for (const TaskResult& task : result.tasks) entries.push_back(task.entry);
  return entries;
}

}  // namespace

TaskResult task_result(const PreparedTask& task, std::vector<std::size_t> which, TaskScores scores,
                       std::size_t shots) {
  TaskResult result{&task, std::move(which), std::move(scores), shots, task.items.size()};
  result.entry = task_entry(result);
  return result;
}

Json results_json(const ModelResult& result) {
  Json out;
  for (const TaskResult& task : result.tasks) {
    const std::string& name = task.task->task.name;
    out["results"][name] = task.entry;
    out["configs"][name] = task.task->task.config;
    out["versions"][name] = version_of(task.task->task);
    out["n-shot"][name] = task.shots;
    for (const MetricColumn& column : task.scores.columns)
      out["higher_is_better"][name][column.metric] = metric_of(task, column).higher_is_better;
    out["n-samples"][name] = {{"original", task.documents}, {"effective", task.which.size()}};
  }
  add_outside(result, out);
  out["group_subtasks"] = Json::object();
  add_groups(result, entries_of(result), out);
  add_settings(result, out);
  return out;
}

std::string results_table(const std::vector<ModelResult>& results) {
  const bool many = results.size() > 1;
  std::vector<TableRow> rows{{"Tasks", "Version", "Filter", "n-shot", "Metric", "Value", "Stderr"}};
  if (many) rows.front().insert(rows.front().begin(), "Model");
  const auto add = [&](const ModelResult& result, TableRow row) {
    if (many) row.insert(row.begin(), result.model);
    rows.push_back(std::move(row));
  };
  const auto number = [](const Json& value) {
    return value.is_number() ? fmt::format("{:.4f}", value.get<double>()) : "N/A";
  };
  for (const ModelResult& result : results) {
    for (const TaskResult& task : result.tasks) {
      for (const MetricColumn& column : task.scores.columns) {
        add(result, {task.task->task.name, task.task->task.version, column.filter, std::to_string(task.shots),
                     column.metric, number(task.entry[column.name()]),
                     number(task.entry[column.metric + "_stderr," + column.filter])});
      }
    }
    for (const TaskGroup& group : result.groups) {
      const Json shots = shots_of_group(result, group);
      for (const GroupScore& score : group_scores(group, entries_of(result))) {
        add(result, {group.alias, group.version, score.filter, shots.is_null() ? "" : shots.dump(),
                     score.metric, number(score.value), number(score.error)});
      }
    }
  }
  return text_table(rows);
}

std::vector<std::pair<std::string, std::string>> results_files(const ModelResult& result,
                                                               const std::string& name, bool samples) {
  std::vector<std::pair<std::string, std::string>> files;
  Json json = results_json(result);
  if (samples) {
    for (const TaskResult& task : result.tasks) {
      const std::string& title = task.task->task.name;
      files.emplace_back("samples_" + title + ".jsonl", samples_jsonl(task));
      json["task_hashes"][title] = task_hash(task);
    }
    for (const OutsideTask& task : result.outside) {
      std::string& lines = files.emplace_back("samples_" + task.name + ".jsonl", "").second;
      for (const std::string& line : task.samples) lines += line + "\n";
    }
  }
  files.emplace_back(name, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  return files;
}

void write_results(const ModelResult& result, const std::filesystem::path& file, bool samples) {
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  for (const auto& [name, text] : results_files(result, file.filename().string(), samples))
    write_whole(file.parent_path() / name, text);
}

}  // namespace tsugi::eval
