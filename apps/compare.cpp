// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi compare A.json B.json…
#include <fmt/format.h>

#include <memory>

#include "apps/commands.h"
#include "eval/results/compare.h"
#include "recipes/error.h"

namespace tsugi::apps {
namespace {

struct Options {
  std::vector<std::string> files;
  std::uint64_t seed = 0;
};

void run_compare(const Options& options, const CommonOptions& common) {
  const Console console(common);
  const eval::ItemScores first = eval::read_item_scores(options.files.front());
  for (std::size_t i = 1; i < options.files.size(); ++i) {
    const eval::ItemScores second = eval::read_item_scores(options.files[i]);
    const std::vector<eval::PairedComparison> rows = eval::compare_scores(first, second, options.seed);
    nlohmann::ordered_json json = {{"first", first.name}, {"second", second.name}};
    for (const eval::PairedComparison& row : rows) {
      json["comparisons"].push_back(eval::to_json(row));
      if (row.unpaired == 0) continue;
      console.note(fmt::format("note: {}, {}: {} items are in one of the two only and do not count",
                               row.column.task, row.column.metric, row.unpaired));
    }
    console.print(eval::comparison_table(first.name, second.name, rows));
    console.print_json(json);
  }
}

}  // namespace

Action add_compare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("RESULTS", options->files,
                 "Results files with their samples; the first is compared with each other")
      ->required()
      ->expected(2, -1);
  app.add_option("--seed", options->seed, "Seed of the bootstrap (default 0)");
  app.footer(
      "Reads what `tsugi eval --output_path FILE --log_samples` or lm-evaluation-harness wrote. Items are "
      "paired "
      "by\n"
      "their documents; the gain is that of the later file over the first, its interval a paired bootstrap "
      "of "
      "10,000\n"
      "resamples, p the exact McNemar test where all scores are 0 or 1.\n\n"
      "Example: tsugi compare base/results.json tuned/results.json");
  return [options](const CommonOptions& common) { run_compare(*options, common); };
}

}  // namespace tsugi::apps
