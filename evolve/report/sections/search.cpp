// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evolve/report/html.h"
#include "evolve/report/sections/sections.h"

namespace tsugi::evolve {
namespace {

std::string generation_numbers(const Run& run, const std::vector<GenerationFigures>& generations) {
  html::Table table{.caption = run.by_likelihood ? "Log-likelihood of the references on the search side"
                                                 : "Scores on the search side, in percent",
                    .head = {"Generation", "Candidates", "Failed", "Best", "Mean", "Middle half",
                             "Best so far", "Standard error"}};
  const auto text = [&](const std::optional<double>& value) { return fitness_text(run, value); };
  for (const GenerationFigures& figures : generations) {
    table.rows.push_back({fmt::format("{}", figures.generation), fmt::format("{}", figures.candidates),
                          fmt::format("{}", figures.failures), text(figures.best), text(figures.mean),
                          fmt::format("{} to {}", text(figures.low_quartile), text(figures.high_quartile)),
                          text(figures.best_so_far), text(figures.best_so_far_error)});
  }
  return fmt::format("<details><summary>The numbers of the chart</summary>\n{}</details>\n",
                     html::markup(table));
}

// Mean over the tasks of weight times mean, as the search adds them up.
std::optional<double> validation_score(const Run& run, const Record& record) {
  double sum = 0;
  for (const std::string& task : tasks_of(run.archive)) {
    const std::optional<double> mean = task_mean(run.archive, record, task, eval::Side::validation);
    if (!mean) return std::nullopt;
    const auto weight = run.weights.find(task);
    sum += (weight != run.weights.end() ? weight->second : 1.0) * *mean;
  }
  return sum;
}

std::string finalists(const Run& run) {
  if (run.archive.finalists.empty()) return "";
  html::Table table{.caption =
                        "Finalists, as named before validation was looked at; the first wins unless "
                        "another beats it by one paired standard error",
                    .head = {"Candidate", "Origin", "Generation", "Search", "Validation", ""}};
  for (const std::size_t id : run.archive.finalists) {
    const Record& record = run.archive.records.at(id);
    table.rows.push_back({fmt::format("{}", id), std::string(name(record.origin)),
                          fmt::format("{}", record.generation), fitness_text(run, record.fitness),
                          percent(validation_score(run, record)),
                          run.archive.winner == id ? "<strong>winner</strong>" : ""});
  }
  return html::markup(table);
}

}  // namespace

std::string search_section(const Run& run, const std::vector<GenerationFigures>& generations) {
  const Archive& archive = run.archive;
  const std::size_t items = items_on(archive, eval::Side::search).size();
  std::string out = "<section id=\"search\" aria-labelledby=\"search-title\">\n";
  out += "<h2 id=\"search-title\">Search</h2>\n";
  out += fmt::format(
      "<p>{} over {} genes of {}, seed {}: {} evaluations{} on {} items. These scores chose the candidates, "
      "so the best of them promise too much; the result above is from other items.</p>\n",
      html::escaped(archive.optimizer), archive.genes.size(), html::escaped(archive.merge_method),
      archive.seed, archive.evaluations, run.budget ? fmt::format(" of {}", *run.budget) : "", items);
  out +=
      "<figure>\n" +
      chart("fitness-chart", "Line chart of fitness over generations; its numbers are in the table below") +
      "<figcaption>Fitness by generation: the best so far with its 95 % interval (1.96 standard errors over "
      "the items), the mean, and the middle half of the candidates. Dashed: the best parent and the best "
      "baseline, on the same items.</figcaption>\n</figure>\n";
  return out + generation_numbers(run, generations) + finalists(run) + "</section>\n";
}

}  // namespace tsugi::evolve
