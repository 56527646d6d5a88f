// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "evolve/report/html.h"
#include "evolve/report/sections/sections.h"

namespace tsugi::evolve {

std::string tasks_section(const Run& run, const std::vector<ComparedModel>& models) {
  if (models.empty()) return "";
  const std::vector<std::string> tasks = tasks_of(run.archive);
  std::string out = "<section id=\"tasks\" aria-labelledby=\"tasks-title\">\n";
  out += "<h2 id=\"tasks-title\">Tasks</h2>\n<figure>\n";
  out += chart("tasks-chart", "Chart of each model's score on each task; its numbers are in the table below");
  out += "<figcaption>Mean score of every task on the sealed test, in percent.</figcaption>\n</figure>\n";
  html::Table table{.caption = "Mean score on the sealed test, in percent", .head = {"Task"}};
  for (const ComparedModel& model : models)
    table.head.push_back(fmt::format("<bdi>{}</bdi>", html::escaped(model.name)));
  for (const std::string& task : tasks) {
    std::vector<std::string> row{
        fmt::format("<a href=\"#answers\" data-task=\"{0}\"><bdi>{0}</bdi></a>", html::escaped(task))};
    for (const ComparedModel& model : models)
      row.push_back(percent(task_mean(run.archive, run.archive.records[model.id], task, eval::Side::test)));
    table.rows.push_back(std::move(row));
  }
  return out + html::markup(table) + "</section>\n";
}

}  // namespace tsugi::evolve
