// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The folder of a finished run, made by hand: known scores, answers that try to break out of a page.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "evolve/archive.h"
#include "evolve/result.h"
#include "evolve/samples.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::tests {

struct RunShape {
  std::size_t tasks = 3;
  std::size_t items = 24;  ///< of each task; a quarter to search, a quarter to validate, half sealed
  std::size_t generations = 4;
  std::size_t population = 3;
  bool failures = true;  ///< the last candidate of every generation fails
  bool samples = true;
  bool finished = true;
};

/// Ends a script, opens a comment, rings a bell, changes the direction of writing, is no UTF-8 at its end.
inline const std::string kHostile =
    "</script><script>alert(1)</script><!-- <b>\a \u202E& 'quoted' \"twice\" \xF0\x9F";

/// Candidate `id` is right where (3 item + id) is even, more often the later it came.
inline double score_of(std::size_t item, std::size_t id) {
  return (3 * item + id) % 4 < 2 || (item + id) % 7 < id % 5 ? 1 : 0;
}

inline std::string recipe_of(double weight) {
  const std::string pocket = TSUGI_ROOT "/recipes/pocket/";
  const std::string number = std::to_string(weight);
  return "merge_method: task_arithmetic\nbase_model: " + pocket +
         "base\nslices:\n  - sources:\n      - model: " + pocket +
         "math\n        layer_range: [0, 4]\n        parameters: {weight: " + number +
         "}\n      - model: " + pocket +
         "ja\n        layer_range: [0, 4]\n        parameters: {weight: -0.25}\n  - sources:\n      - "
         "model: " +
         pocket +
         "math\n        layer_range: [4, 8]\n        parameters: {weight: 1.5}\n      - model: " + pocket +
         "ja\n        layer_range: [4, 8]\n        parameters: {weight: 0.75}\ndtype: bfloat16\n";
}

class RunFixture {
 public:
  explicit RunFixture(const TemporaryFolder& folder, RunShape shape = {})
      : shape_(shape), path_(folder / "a <run>") {
    std::filesystem::create_directories(path_);
    fill_items();
    fill_records();
    evolve::write_archive(archive_, path_ / "archive.h5");
    evolve::write_timings(archive_, path_ / "timings.h5");
    if (!shape_.finished) return;
    std::ofstream(path_ / "result.json") << to_json(result()).dump(2);
    if (shape_.samples) write_samples();
  }

  const std::filesystem::path& path() const { return path_; }
  const evolve::Archive& archive() const { return archive_; }

 private:
  void fill_items() {
    archive_.search = "genome: {merge_method: task_arithmetic}  # </pre>" + kHostile + "\n";
    archive_.optimizer = "cma_es";
    archive_.merge_method = "task_arithmetic";
    archive_.seed = 1;
    archive_.genes = {{.name = "weight", .low = 0, .high = 2, .start = 0.5}};
    for (std::size_t task = 0; task < shape_.tasks; ++task) {
      for (std::size_t i = 0; i < shape_.items; ++i) {
        const auto side = i % 4 == 0   ? eval::Side::search
                          : i % 4 == 1 ? eval::Side::validation
                                       : eval::Side::test;
        archive_.items.push_back({.id = name(task) + "/" + std::to_string(i),
                                  .task = name(task),
                                  .side = side,
                                  .cluster = archive_.items.size()});
      }
    }
  }

  static std::string name(std::size_t task) { return "task<" + std::to_string(task) + ">"; }

  void fill_records() {
    using evolve::Origin;
    add(Origin::parent, 0, "math <i>");
    add(Origin::parent, 0, "日本語");
    add(Origin::baseline, 0, "uniform");
    add(Origin::start, 0, "");
    for (std::size_t generation = 1; generation <= shape_.generations; ++generation) {
      for (std::size_t i = 0; i < shape_.population; ++i) {
        evolve::Record& record = add(Origin::optimizer, generation, "");
        if (!shape_.failures || i + 1 < shape_.population) continue;
        record.failure = "tensor x: " + kHostile;
        record.fitness.reset();
        record.scores.assign(archive_.items.size(), evolve::kMissing);
      }
    }
    archive_.evaluations = shape_.generations * shape_.population;
    archive_.bookkeeping_seconds.assign(shape_.generations + 1, 0.25);
    if (!shape_.finished) return;
    add(Origin::mean, shape_.generations, "");
    archive_.finalists = {archive_.records.size() - 1, 4};
    archive_.winner = archive_.records.size() - 1;
    archive_.test_openings = 1;
    for (const std::size_t id : {std::size_t{0}, std::size_t{1}, std::size_t{2}, *archive_.winner}) {
      for (std::size_t i = 0; i < archive_.items.size(); ++i)
        archive_.records[id].scores[i] = score_of(i, id);
    }
  }

  evolve::Record& add(evolve::Origin origin, std::size_t generation, const std::string& title) {
    evolve::Record record{.generation = generation, .origin = origin, .name = title};
    const std::size_t id = archive_.records.size();
    record.recipe = recipe_of(static_cast<double>(id) / 8);
    if (origin != evolve::Origin::parent) record.genes = {static_cast<double>(id) / 8};
    record.scores.assign(archive_.items.size(), evolve::kMissing);
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < archive_.items.size(); ++i) {
      if (archive_.items[i].side != eval::Side::search) continue;
      sum += record.scores[i] = score_of(i, id);
      ++count;
    }
    record.fitness = sum / static_cast<double>(count);
    record.merge_seconds = 0.5;
    record.score_seconds = 1.5;
    archive_.records.push_back(record);
    return archive_.records.back();
  }

  evolve::Result result() const {
    evolve::Result result;
    result.models = {{"math <i>", "parent", {0.5, 0.4, 0.6}},
                     {"日本語", "parent", {0.55, 0.45, 0.65}},
                     {"uniform", "baseline", {0.6, 0.5, 0.7}},
                     {"evolved", "winner", {0.75, 0.65, 0.85}}};
    result.winner = *archive_.winner;
    result.best_parent = "日本語";
    result.gain = {0.2, 0.1, 0.3};
    result.test_items = shape_.tasks * shape_.items / 2;
    result.test_openings = 1;
    result.evaluations = archive_.evaluations;
    return result;
  }

  void write_samples() const {
    for (const std::size_t id : {std::size_t{0}, std::size_t{1}, std::size_t{2}, *archive_.winner}) {
      const auto folder = path_ / evolve::samples_folder(archive_, id);
      std::filesystem::create_directories(folder);
      std::ofstream(folder / "recipe.yaml") << archive_.records[id].recipe;
      for (std::size_t task = 0; task < shape_.tasks; ++task) {
        std::ofstream out(folder / ("samples_" + name(task) + ".jsonl"));
        for (std::size_t i = 0; i < shape_.items; ++i) {
          if (i % 4 < 2) continue;
          const bool right = score_of(task * shape_.items + i, id) > 0;
          const std::string answer = right ? "right " + std::to_string(i) : kHostile;
          const nlohmann::ordered_json line = {
              {"doc_id", i},
              {"doc", {{"question", "Question " + std::to_string(i) + kHostile}}},
              {"target", "right " + std::to_string(i)},
              {"resps", {{answer}}},
              {"filtered_resps", {answer}},
              {"acc", right ? 1 : 0}};
          out << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
        }
      }
    }
  }

  RunShape shape_;
  std::filesystem::path path_;
  evolve::Archive archive_;
};

}  // namespace tsugi::tests
