// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "evolve/report/html.h"
#include "evolve/report/sections/sections.h"

namespace tsugi::evolve {
namespace {

struct Seconds {
  double merging = 0;
  double scoring = 0;
  double bookkeeping = 0;

  double all() const { return merging + scoring + bookkeeping; }
};

std::vector<std::string> row_of(const std::string& title, const Seconds& seconds) {
  const double overhead = seconds.merging + seconds.bookkeeping;
  return {title,
          fmt::format("{:.2f}", seconds.merging),
          fmt::format("{:.2f}", seconds.scoring),
          fmt::format("{:.2f}", seconds.bookkeeping),
          fmt::format("{:.2f}", seconds.all()),
          seconds.all() > 0 ? fmt::format("{:.1f} %", 100 * overhead / seconds.all()) : "–"};
}

}  // namespace

std::string times_section(const Run& run, const std::vector<GenerationFigures>& generations) {
  std::string out = "<section id=\"times\" aria-labelledby=\"times-title\">\n";
  out += "<h2 id=\"times-title\">Time</h2>\n";
  if (!run.timed) return out + "<p class=\"note\">The run's folder holds no times.</p>\n</section>\n";
  html::Table table{
      .caption =
          "Seconds of merging and scoring are those of all candidates, added up over the ones that "
          "ran side by side; bookkeeping is asking, telling and writing between them",
      .head = {"Generation", "Merging", "Scoring", "Bookkeeping", "All", "Not scoring"}};
  Seconds all;
  for (const GenerationFigures& figures : generations) {
    const Seconds seconds{figures.merge_seconds, figures.score_seconds, figures.bookkeeping_seconds};
    all = {all.merging + seconds.merging, all.scoring + seconds.scoring,
           all.bookkeeping + seconds.bookkeeping};
    table.rows.push_back(row_of(fmt::format("{}", figures.generation), seconds));
  }
  table.rows.push_back(row_of("all", all));
  out += "<figure>\n" +
         chart("times-chart", "Bar chart of seconds by generation; its numbers are in the table below");
  out += "<figcaption>Seconds on the search side by generation.</figcaption>\n</figure>\n";
  return out + html::markup(table) + "</section>\n";
}

}  // namespace tsugi::evolve
