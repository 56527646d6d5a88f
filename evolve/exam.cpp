// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/exam.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>

#include "eval/holdout/leaderboards.h"
#include "eval/tasks/chat_prompts.h"
#include "evolve/random.h"
#include "merge/sha256.h"

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

void check_weight(const recipes::TaskSpec& spec) {
  if (spec.weight != 0) return;
  throw InputError(spec.mark, fmt::format("task '{}' has weight 0", spec.name),
                   "leave the task out, or give it a weight");
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
  check_weight(spec);
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

/// A task with its documents.
struct Loaded {
  Task task{};
  std::vector<Item> items{};
  std::size_t shots = 0;
  std::optional<eval::CommandTask> command{};

  std::string item_id(const Item& item) const {
    const std::string id =
        command ? eval::command_item_id(item) : text_field(item, "id").value_or(std::to_string(item.doc_id));
    return fmt::format("{}/{}", task.name, id);
  }
};

// Any `limit` items instead of the first, in file order. Never by the run's seed: another seed must not ask
// other items of the sealed test.
void shuffle_items(std::vector<Item>& items, const recipes::SearchSpec& spec) {
  if (!spec.shuffle || !spec.limit || items.size() <= static_cast<std::size_t>(*spec.limit)) return;
  std::vector<std::pair<std::uint64_t, std::size_t>> drawn;
  for (std::size_t i = 0; i < items.size(); ++i) drawn.emplace_back(random_bits({.coordinate = i}), i);
  std::sort(drawn.begin(), drawn.end());
  drawn.resize(static_cast<std::size_t>(*spec.limit));
  std::sort(drawn.begin(), drawn.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<Item> chosen;
  for (const auto& [bits, place] : drawn) chosen.push_back(std::move(items[place]));
  items = std::move(chosen);
}

Loaded load_native(const recipes::SearchSpec& spec, const recipes::TaskSpec& task_spec,
                   const eval::PromptOptions& options, Exam& exam) {
  Loaded loaded{.task = eval::load_task(task_spec.name, spec.include_path, spec.file)};
  check_task(task_spec, loaded.task);
  check_examples(task_spec, loaded.task, options);
  check_leaderboard(spec, task_spec, loaded.task, exam);
  loaded.items = eval::load_items(loaded.task, options);
  shuffle_items(loaded.items, spec);
  loaded.shots = eval::shots_of(loaded.task, options);
  return loaded;
}

void check_command(const recipes::SearchSpec& spec, const recipes::TaskSpec& task) {
  check_weight(task);
  if (spec.fitness == recipes::Fitness::loglikelihood) {
    throw InputError(
        task.mark, fmt::format("task '{}' is scored by a program, which gives no log-likelihoods", task.name),
        "search by fitness: metric, or score the task natively");
  }
  const auto same = [&](const recipes::TaskSpec& other) { return other.name == task.name; };
  if (std::count_if(spec.tasks.begin(), spec.tasks.end(), same) > 1) {
    throw InputError(task.mark, fmt::format("another task is called '{}', too", task.name),
                     "give it a name of its own; task: NAME says what the program calls it");
  }
}

// As far as the rest of a run looks at a task.
Loaded load_command(const recipes::SearchSpec& spec, const recipes::TaskSpec& task_spec, Exam& exam) {
  const recipes::CommandSpec& command = *task_spec.command;
  check_command(spec, task_spec);
  Loaded loaded{.command = eval::find_command(task_spec, spec.file)};
  Task& task = loaded.task;
  const bool first = spec.limit && !spec.shuffle;
  const std::size_t limit = first ? static_cast<std::size_t>(*spec.limit) : SIZE_MAX;
  loaded.items = eval::load_command_items(*loaded.command, command, spec.file, limit);
  shuffle_items(loaded.items, spec);
  task.data_files = {recipes::find_beside(command.items, spec.file).value()};
  task.config = {{"command", command.words}, {"task", command.task}, {"question", command.question}};
  task.name = command.task;  // by which the set may be known
  check_leaderboard(spec, task_spec, task, exam);
  task.name = task_spec.name;
  return loaded;
}

std::string program_note(const eval::CommandTask& task) {
  return fmt::format(
      "task '{}' is scored by {}{}; it is asked the items of one side at a time, and what else it reads is "
      "not "
      "seen from here (docs/honesty.md)",
      task.name, task.words.front(), task.at_once > 1 ? fmt::format(", {} at once", task.at_once) : "");
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
    if (task.command) {  // the same for all candidates: other tasks decide
      task.references.requests.resize(task.prepared.items.size());
      continue;
    }
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
  if (spec.limit && !spec.shuffle) options.limit = static_cast<std::size_t>(*spec.limit);
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
  std::vector<Loaded> loaded;
  for (const recipes::TaskSpec& task_spec : spec.tasks) {
    Loaded one =
        task_spec.command ? load_command(spec, task_spec, exam) : load_native(spec, task_spec, options, exam);
    notes.insert(notes.end(), one.task.notes.begin(), one.task.notes.end());
    if (one.command) notes.push_back(program_note(*one.command));
    for (std::size_t position = 0; position < one.items.size(); ++position) {
      const Item& item = one.items[position];
      holdout.push_back({.question = text_field(item, "question").value_or(item.question),
                         .source = text_field(item, "source")});
      exam.items.push_back(
          {.task = loaded.size(), .position = position, .id = one.item_id(item), .content = holdout.back()});
    }
    loaded.push_back(std::move(one));
  }
  exam.split = eval::split_items(
      holdout, {.search = spec.split.search, .validation = spec.split.validation, .test = spec.split.test});
  for (std::size_t t = 0; t < loaded.size(); ++t) {
    auto& [task, items, shots, command] = loaded[t];
    const std::string& column = spec.tasks[t].metric;
    ExamTask one{.prepared = {}, .weight = spec.tasks[t].weight, .column = column, .shots = shots};
    if (command) {
      one.prepared.task = std::move(task);
      one.prepared.items = std::move(items);
      one.command = std::move(command);
    } else {
      eval::add_answers(task, items, positions_of(exam, t, false));
      const eval::Metric* metric = eval::find_metric(column.substr(0, column.find(',')), task);
      one.less_is_better = metric != nullptr && !metric->higher_is_better;
      one.prepared = eval::prepare(std::move(task), std::move(items), tokenizer, limits);
    }
    exam.tasks.push_back(std::move(one));
  }
  check_sides(exam, spec);
  encode_references(exam, spec, tokenizer);
  return exam;
}

void open_sealed(Exam& exam, const eval::Tokenizer& tokenizer) {
  if (exam.opened) return;
  for (std::size_t t = 0; t < exam.tasks.size(); ++t) {
    if (exam.tasks[t].command) continue;
    eval::answer_items(exam.tasks[t].prepared, positions_of(exam, t, true), tokenizer, exam.limits);
  }
  exam.opened = true;
}

bool asks_programs(const Exam& exam) {
  return std::any_of(exam.tasks.begin(), exam.tasks.end(),
                     [](const ExamTask& task) { return task.command.has_value(); });
}

bool asks_programs_only(const Exam& exam) {
  return std::all_of(exam.tasks.begin(), exam.tasks.end(),
                     [](const ExamTask& task) { return task.command.has_value(); });
}

std::vector<std::size_t> items_of(const Exam& exam, Side side) {
  std::vector<std::size_t> items;
  for (std::size_t i = 0; i < exam.items.size(); ++i) {
    if (exam.split.side[i] == side) items.push_back(i);
  }
  return items;
}

std::string place_of(const Exam& exam, std::size_t item) {
  const eval::HoldoutItem& content = exam.items[item].content;
  return merge::sha256_hex(eval::normalise_question(content.question) + content.source.value_or(""));
}

std::vector<std::size_t> shares_of(const Exam& exam, std::span<const std::size_t> items, std::size_t count) {
  std::vector<std::size_t> shares = counts_of(exam, items);
  for (std::size_t& share : shares) {
    const double part = static_cast<double>(share) / static_cast<double>(items.size());
    share = static_cast<std::size_t>(std::max(1L, std::lround(part * static_cast<double>(count))));
  }
  return shares;
}

std::vector<std::size_t> some_search_items(const Exam& exam, std::size_t count, std::uint64_t seed) {
  const std::vector<std::size_t> all = items_of(exam, Side::search);
  if (count >= all.size()) return all;
  const std::vector<std::size_t> shares = shares_of(exam, all, count);
  std::vector<std::multimap<std::string, std::size_t>> drawn(exam.tasks.size());
  for (const std::size_t item : all)
    drawn[exam.items[item].task].emplace(merge::sha256_hex(fmt::format("{} {}", seed, place_of(exam, item))),
                                         item);
  std::vector<std::size_t> chosen;
  for (std::size_t task = 0; task < shares.size(); ++task) {
    const auto end = std::next(drawn[task].begin(), static_cast<std::ptrdiff_t>(shares[task]));
    std::transform(drawn[task].begin(), end, std::back_inserter(chosen),
                   [](const auto& entry) { return entry.second; });
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
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
