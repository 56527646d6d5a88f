// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/run_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include "evolve/hdf5.h"
#include "evolve/journal.h"
#include "evolve/run_folder.h"
#include "recipes/error.h"
#include "recipes/search_spec.h"

namespace tsugi::evolve {
namespace {

namespace fs = std::filesystem;

bool there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::string name_of(const fs::path& run) {
  const fs::path normal = fs::absolute(run).lexically_normal();
  return (normal.has_filename() ? normal : normal.parent_path()).filename().string();
}

fs::path folder_of(const fs::path& run) {
  if (there(run / "archive.h5")) return run;
  const fs::path work = partial_of(run);
  if (there(work / "archive.h5")) return work;
  if (is_run(run)) {
    throw InputError(run.string(), "the run has begun and no generation of it is finished",
                     "look again in a moment");
  }
  throw InputError(run.string(), "holds no run: there is no archive.h5",
                   "give the folder that tsugi evolve wrote or writes");
}

// Seconds are a courtesy: without them, or of another number of candidates (a search may be between its two
// files), the run is told without.
bool read_seconds(const fs::path& file, Archive& archive) {
  try {
    const Hdf5Reader timings(file);
    const std::vector<double> merging = timings.doubles("/merge_seconds");
    const std::vector<double> scoring = timings.doubles("/score_seconds");
    if (merging.size() != archive.records.size() || scoring.size() != archive.records.size()) return false;
    for (std::size_t i = 0; i < archive.records.size(); ++i) {
      archive.records[i].merge_seconds = merging[i];
      archive.records[i].score_seconds = scoring[i];
    }
    archive.bookkeeping_seconds = timings.doubles("/bookkeeping_seconds");
    return true;
  } catch (const InputError&) {
    return false;
  }
}

// The search file was read when the run began; a later program may refuse it, and the report needs little of
// it.
void read_search_file(Run& run) {
  try {
    const recipes::SearchSpec spec = recipes::parse_search(run.archive.search, "search.yaml");
    for (const recipes::TaskSpec& task : spec.tasks) {
      run.weights[task.name] = task.weight;
      const std::size_t comma = task.metric.find(',');
      if (comma != std::string::npos) run.filters[task.name] = task.metric.substr(comma + 1);
    }
    run.by_likelihood = spec.fitness == recipes::Fitness::loglikelihood;
    run.budget = static_cast<std::size_t>(spec.evaluations);
  } catch (const InputError&) {
    run.weights.clear();
  }
  try {  // what the command line asked for instead
    run.budget = static_cast<std::size_t>(Journal(run.folder / RunFolder::kJournal).evaluations());
  } catch (const InputError&) {
    return;
  }
}

bool asked_on_test(const Archive& archive, const Record& record) {
  for (std::size_t i = 0; i < archive.items.size(); ++i) {
    if (archive.items[i].side == eval::Side::test && !std::isnan(record.scores[i])) return true;
  }
  return false;
}

}  // namespace

bool is_run(const fs::path& run) {
  // A merge has a working folder of the same name; a search puts its search file there first of all.
  return there(run / "result.json") || there(run / "archive.h5") || there(partial_of(run) / "search.yaml");
}

Run read_run(const fs::path& path) {
  Run run;
  run.name = name_of(path);
  run.folder = folder_of(path);
  run.archive = read_archive(run.folder / "archive.h5");
  run.timed = read_seconds(run.folder / "timings.h5", run.archive);
  read_search_file(run);
  const fs::path result = run.folder / "result.json";
  if (there(result)) {
    run.result = read_result(result);
    std::ifstream in(result, std::ios::binary);
    run.result_json = nlohmann::ordered_json::parse(in);
  }
  return run;
}

std::vector<ComparedModel> compared_models(const Archive& archive) {
  std::vector<ComparedModel> models;
  std::set<std::string> names;
  const auto add = [&](std::size_t id, std::string name, std::string kind) {
    if (!names.insert(name).second) {
      name += fmt::format(" ({})", id);
      names.insert(name);
    }
    models.push_back({.id = id, .name = std::move(name), .kind = std::move(kind)});
  };
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const Record& record = archive.records[id];
    if (archive.winner == id || !asked_on_test(archive, record)) continue;
    if (record.name.empty()) {
      add(id, fmt::format("candidate {}", id), "earlier winner");
    } else {
      add(id, record.name, std::string(name(record.origin)));
    }
  }
  if (archive.winner && asked_on_test(archive, archive.records.at(*archive.winner)))
    add(*archive.winner, "evolved", "winner");
  return models;
}

std::vector<std::size_t> items_on(const Archive& archive, eval::Side side) {
  std::vector<std::size_t> items;
  for (std::size_t i = 0; i < archive.items.size(); ++i) {
    if (archive.items[i].side == side) items.push_back(i);
  }
  return items;
}

std::vector<std::string> tasks_of(const Archive& archive) {
  std::vector<std::string> tasks;
  for (const ArchiveItem& item : archive.items) {
    if (std::find(tasks.begin(), tasks.end(), item.task) == tasks.end()) tasks.push_back(item.task);
  }
  return tasks;
}

std::optional<double> task_mean(const Archive& archive, const Record& record, const std::string& task,
                                eval::Side side) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < archive.items.size(); ++i) {
    const ArchiveItem& item = archive.items[i];
    if (item.side != side || item.task != task || std::isnan(record.scores[i])) continue;
    sum += record.scores[i];
    ++count;
  }
  return count > 0 ? std::optional(sum / static_cast<double>(count)) : std::nullopt;
}

}  // namespace tsugi::evolve
