// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/exam.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "eval/holdout/leaderboards.h"
#include "eval/tasks/chat_prompts.h"

namespace tsugi::evolve {
namespace {

using eval::Item;
using eval::Side;
using eval::Task;

std::vector<std::string> columns_of(const Task& task) {
  std::vector<std::string> columns;
  for (const eval::FilterPipeline& filter : task.filters) {
    for (const eval::MetricSpec& metric : task.metrics) {
      columns.push_back(fmt::format("{},{}", metric.metric, filter.name));
    }
  }
  return columns;
}

void check_task(const recipes::TaskSpec& spec, const Task& task) {
  const std::vector<std::string> columns = columns_of(task);
  if (std::find(columns.begin(), columns.end(), spec.metric) == columns.end()) {
    throw InputError(spec.mark, fmt::format("task '{}' has no metric '{}'", spec.name, spec.metric),
                     suggestion(spec.metric, columns));
  }
  const std::string name = spec.metric.substr(0, spec.metric.find(','));
  const eval::Metric* metric = eval::find_metric(name, task);
  if (metric != nullptr && metric->aggregation->combine != eval::kMean.combine) {
    throw InputError(spec.mark,
                     fmt::format("'{}' is combined by {}, and a search adds up values of items", name,
                                 metric->aggregation->name),
                     "search by a metric that is a mean over items, such as acc or exact_match");
  }
  if (spec.weight == 0) {
    throw InputError(spec.mark, fmt::format("task '{}' has weight 0", spec.name),
                     "leave the task out, or give it a weight");
  }
}

// An example shows its answer: one from the sealed side would tell the search what the test asks.
void check_examples(const recipes::TaskSpec& spec, const Task& task, const eval::PromptOptions& options) {
  if (eval::shots_of(task, options) == 0) return;
  const auto& files = task.fewshot.files;
  const bool same = std::any_of(files.begin(), files.end(), [&](const auto& file) {
    return std::find(task.data_files.begin(), task.data_files.end(), file) != task.data_files.end();
  });
  if (!same) return;
  throw InputError(
      spec.mark,
      fmt::format(
          "task '{}' takes its examples from the items that are split into search, validation and test",
          spec.name),
      "name another file's split as fewshot_split, write examples under fewshot_config: samples, or set "
      "num_fewshot: 0");
}

void check_leaderboard(const recipes::SearchSpec& spec, const recipes::TaskSpec& task_spec, const Task& task,
                       Exam& exam) {
  const eval::LeaderboardSet* set = eval::find_leaderboard_set(task);
  if (set == nullptr) return;
  if (!spec.contamination.allow_leaderboard_search) {
    throw InputError(
        task_spec.mark,
        fmt::format("task '{}' seems to ask the test set of {}, by which {} ranks models", task_spec.name,
                    set->name, set->leaderboard),
        "search on other items, such as its training split (name that file so, or the split train), or set "
        "contamination: {allow_leaderboard_search: true}; the report will then say so");
  }
  const std::string name = fmt::format("{} ({})", set->name, set->leaderboard);
  if (std::find(exam.leaderboards.begin(), exam.leaderboards.end(), name) == exam.leaderboards.end())
    exam.leaderboards.push_back(name);
}

std::optional<std::string> text_field(const Item& item, const char* key) {
  const auto found = item.doc.find(key);
  if (found == item.doc.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::string item_id(const Task& task, const Item& item) {
  return fmt::format("{}/{}", task.name, text_field(item, "id").value_or(std::to_string(item.doc_id)));
}

// A task without items on a side has no mean there.
void check_sides(const Exam& exam, const recipes::SearchSpec& spec) {
  constexpr std::pair<Side, const char*> kSides[] = {
      {Side::search, "search"}, {Side::validation, "validation"}, {Side::test, "test"}};
  for (std::size_t task = 0; task < exam.tasks.size(); ++task) {
    for (const auto& [side, name] : kSides) {
      const auto items = items_of(exam, side);
      if (std::any_of(items.begin(), items.end(), [&](std::size_t i) { return exam.items[i].task == task; }))
        continue;
      throw InputError(spec.tasks[task].mark,
                       fmt::format("no item of task '{}' is on the {} side", spec.tasks[task].name, name),
                       "use more items (limit) or a larger share of that side (split)");
    }
  }
}

// Items of each task among those given.
std::vector<std::size_t> counts_of(const Exam& exam, std::span<const std::size_t> items) {
  std::vector<std::size_t> counts(exam.tasks.size());
  for (const std::size_t item : items) ++counts[exam.items[item].task];
  return counts;
}

// Positions in a task's items of those that are sealed, or of the others.
std::vector<std::size_t> positions_of(const Exam& exam, std::size_t task, bool sealed) {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < exam.items.size(); ++i) {
    if (exam.items[i].task == task && (exam.split.side[i] == Side::test) == sealed)
      positions.push_back(exam.items[i].position);
  }
  return positions;
}

// Equal fitness is decided by them where there are some; a search that goes by them needs one of each item.
void encode_references(Exam& exam, const recipes::SearchSpec& spec, const eval::Tokenizer& tokenizer) {
  for (std::size_t t = 0; t < exam.tasks.size(); ++t) {
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < exam.items.size(); ++i) {
      if (exam.items[i].task == t && exam.split.side[i] == Side::search)
        positions.push_back(exam.items[i].position);
    }
    ExamTask& task = exam.tasks[t];
    task.references =
        eval::encode_references(task.prepared, positions, spec.apply_chat_template, tokenizer, exam.limits);
    const auto missing = std::find_if(positions.begin(), positions.end(),
                                      [&](std::size_t i) { return task.references.requests[i].empty(); });
    if (missing == positions.end() || spec.fitness != recipes::Fitness::loglikelihood) continue;
    throw InputError(task.prepared.items[*missing].place,
                     "has no reference answer that fits into the model, and fitness: loglikelihood needs one",
                     "leave the item out, or search by the metric");
  }
}

eval::PromptOptions prompt_options(const recipes::SearchSpec& spec, const eval::ModelFiles& files) {
  eval::PromptOptions options;
  if (spec.num_fewshot) options.num_fewshot = static_cast<std::size_t>(*spec.num_fewshot);
  if (spec.limit) options.limit = static_cast<std::size_t>(*spec.limit);
  options.system_instruction = spec.system_instruction;
  options.multiturn = spec.fewshot_as_multiturn;
  options.answers = false;  // which are sealed is known only when all questions are
  if (spec.apply_chat_template) options.chat = eval::read_chat(files, "", spec.chat_mark.text());
  return options;
}

}  // namespace

Exam load_exam(const recipes::SearchSpec& spec, const eval::ModelFiles& files,
               const eval::Tokenizer& tokenizer, const eval::ModelLimits& limits,
               std::vector<std::string>& notes) {
  const eval::PromptOptions options = prompt_options(spec, files);
  Exam exam;
  exam.limits = limits;
  std::vector<eval::HoldoutItem> holdout;
  std::vector<std::pair<Task, std::vector<Item>>> loaded;
  for (const recipes::TaskSpec& task_spec : spec.tasks) {
    Task task = eval::load_task(task_spec.name, spec.include_path, spec.file);
    check_task(task_spec, task);
    check_examples(task_spec, task, options);
    check_leaderboard(spec, task_spec, task, exam);
    notes.insert(notes.end(), task.notes.begin(), task.notes.end());
    std::vector<Item> items = eval::load_items(task, options);
    for (std::size_t position = 0; position < items.size(); ++position) {
      const Item& item = items[position];
      holdout.push_back({.question = text_field(item, "question").value_or(item.question),
                         .source = text_field(item, "source")});
      exam.items.push_back({.task = loaded.size(),
                            .position = position,
                            .id = item_id(task, item),
                            .content = holdout.back()});
    }
    loaded.emplace_back(std::move(task), std::move(items));
  }
  exam.split = eval::split_items(
      holdout, {.search = spec.split.search, .validation = spec.split.validation, .test = spec.split.test});
  for (std::size_t t = 0; t < loaded.size(); ++t) {
    auto& [task, items] = loaded[t];
    eval::add_answers(task, items, positions_of(exam, t, false));
    const std::string& column = spec.tasks[t].metric;
    const eval::Metric* metric = eval::find_metric(column.substr(0, column.find(',')), task);
    const std::size_t shots = eval::shots_of(task, options);
    exam.tasks.push_back({.prepared = eval::prepare(std::move(task), std::move(items), tokenizer, limits),
                          .weight = spec.tasks[t].weight,
                          .column = column,
                          .less_is_better = metric != nullptr && !metric->higher_is_better,
                          .shots = shots});
  }
  check_sides(exam, spec);
  encode_references(exam, spec, tokenizer);
  return exam;
}

void open_sealed(Exam& exam, const eval::Tokenizer& tokenizer) {
  if (exam.opened) return;
  for (std::size_t t = 0; t < exam.tasks.size(); ++t)
    eval::answer_items(exam.tasks[t].prepared, positions_of(exam, t, true), tokenizer, exam.limits);
  exam.opened = true;
}

std::vector<std::size_t> items_of(const Exam& exam, Side side) {
  std::vector<std::size_t> items;
  for (std::size_t i = 0; i < exam.items.size(); ++i) {
    if (exam.split.side[i] == side) items.push_back(i);
  }
  return items;
}

std::vector<double> contributions(const Exam& exam, std::span<const std::size_t> items,
                                  std::span<const double> values) {
  const std::vector<std::size_t> counts = counts_of(exam, items);
  std::vector<double> scaled(values.begin(), values.end());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::size_t task = exam.items[items[i]].task;
    scaled[i] *=
        exam.tasks[task].weight * (static_cast<double>(items.size()) / static_cast<double>(counts[task]));
  }
  return scaled;
}

std::vector<double> task_scores(const Exam& exam, std::span<const std::size_t> items,
                                std::span<const double> values, Measure measure) {
  const std::vector<std::size_t> counts = counts_of(exam, items);
  std::vector<double> scores(exam.tasks.size());
  for (std::size_t i = 0; i < items.size(); ++i) scores[exam.items[items[i]].task] += values[i];
  for (std::size_t task = 0; task < scores.size(); ++task) {
    const bool turned = measure == Measure::likelihood && exam.tasks[task].less_is_better;
    scores[task] =
        (turned ? -1 : 1) * exam.tasks[task].weight * (scores[task] / static_cast<double>(counts[task]));
  }
  return scores;
}

double fitness(const Exam& exam, std::span<const std::size_t> items, std::span<const double> values,
               Measure measure) {
  const std::vector<double> scores = task_scores(exam, items, values, measure);
  return std::accumulate(scores.begin(), scores.end(), 0.0);
}

std::vector<std::size_t> clusters_of(const Exam& exam, std::span<const std::size_t> items) {
  std::vector<std::size_t> clusters;
  for (const std::size_t item : items) clusters.push_back(exam.split.cluster[item]);
  return clusters;
}

}  // namespace tsugi::evolve
