// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/search_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "recipes/fields.h"
#include "recipes/search_genome.h"
#include "recipes/search_layers.h"
#include "recipes/search_optimizer.h"
#include "recipes/search_stages.h"
#include "recipes/search_tasks.h"
#include "recipes/yaml_value.h"

namespace tsugi::recipes {
namespace {

constexpr int kMaxCount = std::numeric_limits<int>::max();

std::optional<int> read_num_fewshot(const YamlMapping& top) {
  const YamlMapping::Entry* entry = top.find("num_fewshot");
  if (entry == nullptr) return std::nullopt;
  return static_cast<int>(entry->value.integer("num_fewshot", 0, kMaxCount));
}

double read_share(const YamlMapping& mapping, std::string_view key, double standard, bool may_be_empty) {
  const YamlMapping::Entry* entry = mapping.find(key);
  if (entry == nullptr) return standard;
  const double share = entry->value.number(key);
  if (share < 0) entry->value.refuse(key, "a share of the items, not below 0", "write for example 0.4");
  if (share == 0 && !may_be_empty) entry->value.refuse(key, "a share above 0", "write for example 0.4");
  return share;
}

SplitSpec read_split(const YamlMapping& top) {
  SplitSpec split;
  const YamlMapping::Entry* entry = top.find("split");
  if (entry == nullptr) return split;
  const KnownKeys known{.keys = {"search", "validation", "test"}, .unadvertised = {}};
  const YamlMapping mapping(entry->value, "split", known, {});
  split.search = read_share(mapping, "search", split.search, false);
  split.validation = read_share(mapping, "validation", split.validation, true);
  split.test = read_share(mapping, "test", split.test, false);
  const double sum = split.search + split.validation + split.test;
  constexpr double kRounding = 1e-9;  // decimal shares such as 0.1 + 0.2 + 0.7 miss 1 by about 1e-16
  if (std::abs(sum - 1) > kRounding) {
    throw InputError(
        entry->mark, fmt::format("the shares of split add up to {:.6g}, expected 1", sum),
        fmt::format("now search {}, validation {}, test {}", split.search, split.validation, split.test));
  }
  return split;
}

std::optional<double> read_time_limit(const YamlMapping& top) {
  const std::optional<double> seconds = read_finite(top, "time_limit");
  if (seconds && *seconds <= 0) {
    top.find("time_limit")->value.refuse("time_limit", "seconds, more than 0", "write for example 600");
  }
  return seconds;
}

Fitness read_fitness(const YamlMapping& top) {
  const YamlMapping::Entry* entry = top.find("fitness");
  if (entry == nullptr) return Fitness::metric;
  const std::string name = entry->value.text("fitness");
  if (name == "loglikelihood") return Fitness::loglikelihood;
  if (name != "metric") entry->value.refuse("fitness", "metric or loglikelihood", "leave it out for metric");
  return Fitness::metric;
}

std::optional<int> read_loglikelihood_items(const YamlMapping& top, Fitness fitness) {
  const YamlMapping::Entry* entry = top.find("loglikelihood_items");
  if (entry == nullptr) return std::nullopt;
  if (fitness != Fitness::loglikelihood)
    throw InputError(entry->mark, "loglikelihood_items in a search that goes by the metric",
                     "write fitness: loglikelihood, or choose a subset with items");
  return static_cast<int>(entry->value.integer("loglikelihood_items", 1, kMaxCount));
}

int read_patience(const YamlMapping& top, const SplitSpec& split, const OptimizerSpec& optimizer) {
  const YamlMapping::Entry* entry = top.find("early_stop");
  if (entry == nullptr) return 0;
  if (!optimizer.finish.empty()) {
    throw InputError(entry->mark, "early_stop would end the search before the optimizer that finishes it",
                     "leave out early_stop, or finish under optimizer");
  }
  const KnownKeys known{.keys = {"patience"}, .unadvertised = {}};
  const YamlMapping mapping(entry->value, "early_stop", known, {});
  mapping.need("patience", "patience: 5");
  if (split.validation == 0)
    throw InputError(entry->mark, "early_stop needs validation items", "give split: validation a share");
  return read_count(mapping, "patience", 1, 1);
}

ContaminationSpec read_contamination(const YamlMapping& top) {
  ContaminationSpec contamination;
  const YamlMapping::Entry* entry = top.find("contamination");
  if (entry == nullptr) return contamination;
  const KnownKeys known{.keys = {"against", "allow_leaderboard_search"}, .unadvertised = {}};
  const YamlMapping mapping(entry->value, "contamination", known, {});
  contamination.mark = entry->mark;
  contamination.against = read_texts(mapping, "against");
  contamination.allow_leaderboard_search = read_flag(mapping, "allow_leaderboard_search", false);
  return contamination;
}

void read_chat(const YamlMapping& top, SearchSpec& search) {
  if (const auto* chat = top.find("apply_chat_template")) {
    search.apply_chat_template = chat->value.boolean("apply_chat_template");
    search.chat_mark = chat->value.mark();
  }
  if (const auto* turns = top.find("fewshot_as_multiturn"))
    search.fewshot_as_multiturn = turns->value.boolean("fewshot_as_multiturn");
  if (const auto* system = top.find("system_instruction"))
    search.system_instruction = system->value.text("system_instruction");
}

void read_export_to(const YamlMapping& top, SearchSpec& search) {
  const YamlMapping::Entry* entry = top.find("export_to");
  if (entry == nullptr) return;
  search.export_to = entry->value.text("export_to");
  search.export_mark = entry->value.mark();
  const bool exports = std::any_of(search.tasks.begin(), search.tasks.end(),
                                   [](const TaskSpec& task) { return task.command.has_value(); });
  if (!exports) {
    throw InputError(entry->mark, "export_to is for tasks with scorer: command, and there is none",
                     "remove it");
  }
}

// Where layers are searched alone, the models may stand in either place.
void read_spaces(const YamlMapping& top, SearchSpec& search) {
  if (const auto* layers = top.find("layers")) search.layers = read_layers(*layers);
  const YamlMapping::Entry* genome = top.find("genome");
  if (genome == nullptr && search.layers && !search.layers->models.empty()) {
    search.genome.models = search.layers->models;
    return;
  }
  search.genome =
      read_genome(top.need("genome", "genome: {models: [models/a, models/b], merge_method: linear}"),
                  search.layers.has_value());
  if (!search.layers) return;
  if (search.layers->models.empty()) search.layers->models = search.genome.models;
}

void read_budget(const YamlMapping& top, SearchSpec& search) {
  const bool both = search.layers && !search.genome.merge_method.empty();
  search.stages = read_stages(top, both);
  search.evaluations = read_count(top, "evaluations", 1, search.evaluations);
  if (search.stages.empty()) return;
  for (const std::string_view key : {"evaluations", "early_stop"}) {
    if (const auto* entry = top.find(key))
      throw InputError(entry->mark, fmt::format("{} beside stages", key),
                       key == "evaluations" ? "give each stage its own" : "remove one of the two");
  }
  search.evaluations = 0;
  for (const StageSpec& stage : search.stages) search.evaluations += stage.evaluations;
}

KnownKeys top_level_keys() {
  return {.keys = {"genome",
                   "layers",
                   "stages",
                   "tasks",
                   "include_path",
                   "limit",
                   "shuffle",
                   "random_init",
                   "num_fewshot",
                   "apply_chat_template",
                   "fewshot_as_multiturn",
                   "system_instruction",
                   "optimizer",
                   "split",
                   "contamination",
                   "early_stop",
                   "fitness",
                   "finalists",
                   "metric_every",
                   "loglikelihood_items",
                   "race",
                   "items",
                   "evaluations",
                   "time_limit",
                   "seed",
                   "export_to"},
          .unadvertised = {}};
}

}  // namespace

SearchSpec parse_search(std::string_view text, const std::string& file) {
  const YamlValue root(load_yaml(text, file), file);
  if (root.is_null())
    throw InputError(file, "an empty file, expected a search", "start from recipes/pocket/search.yaml");
  const YamlMapping free(root, "a search");
  if (const auto* method = free.find("merge_method"); method != nullptr && free.find("genome") == nullptr) {
    throw InputError(method->mark, "this is a recipe ('merge_method'), expected a search with 'genome'",
                     "run tsugi merge with it");
  }
  const YamlMapping top(root, "a search", top_level_keys(), {});
  SearchSpec search;
  read_spaces(top, search);
  search.tasks = read_tasks(top);
  read_export_to(top, search);
  search.include_path = read_texts(top, "include_path");
  if (const auto* limit = top.find("limit"))
    search.limit = static_cast<int>(limit->value.integer("limit", 1, kMaxCount));
  search.num_fewshot = read_num_fewshot(top);
  read_chat(top, search);
  search.shuffle = read_flag(top, "shuffle", search.shuffle);
  search.genome.random_init = read_flag(top, "random_init", search.genome.random_init);
  search.optimizer = read_optimizer(top);
  search.split = read_split(top);
  search.patience = read_patience(top, search.split, search.optimizer);
  search.contamination = read_contamination(top);
  search.fitness = read_fitness(top);
  search.metric_every = read_count(top, "metric_every", 1, search.metric_every);
  if (const auto* finalists = top.find("finalists"))
    search.finalists = static_cast<int>(finalists->value.integer("finalists", 1, kMostFinalists));
  search.loglikelihood_items = read_loglikelihood_items(top, search.fitness);
  read_budget(top, search);
  search.race = read_race(top);
  search.items = read_items(top);
  if (search.race && search.items)
    throw InputError(search.items->mark, "items and race: each says which items are answered",
                     "choose one of them");
  search.time_limit = read_time_limit(top);
  if (const auto* seed = top.find("seed")) search.seed = seed->value.seed("seed");
  search.file = file;
  search.source_text = text;
  return search;
}

SearchSpec read_search(const std::filesystem::path& file) {
  return parse_search(read_yaml_text(file), file.string());
}

std::optional<std::filesystem::path> find_beside(std::string_view path, const std::string& file) {
  if (path.empty()) return std::nullopt;
  const std::filesystem::path given(path);
  const std::filesystem::path beside = std::filesystem::path(file).parent_path() / given;
  std::error_code ignored;  // a path that cannot be looked up is one that is not there
  if (std::filesystem::exists(given, ignored)) return given;
  if (std::filesystem::exists(beside, ignored)) return beside;
  return std::nullopt;
}

}  // namespace tsugi::recipes
