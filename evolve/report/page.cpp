// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/page.h"

#include <fmt/format.h>

#include "evolve/report/html.h"
#include "evolve/report/sections/sections.h"
#include "merge/version.h"

namespace tsugi::evolve {
namespace {

struct Asset {
  const char* name;
  const char* text;
};

const Asset kScripts[] = {
#include "page_scripts.inc"
};
const Asset kStyles[] = {
#include "page_styles.inc"
};
const Asset kChartJs[] = {
#include "chart_js.inc"
};

// The page's own scripts in one, in the order of their names.
std::string own_script() {
  std::string script;
  for (const Asset& asset : kScripts) script += asset.text;
  return script;
}

// With nothing allowed but what the page holds itself, no text that slipped through could do harm.
std::string policy(const std::string& script) {
  return fmt::format("default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '{}' '{}'",
                     html::script_hash(kChartJs[0].text), html::script_hash(script));
}

std::string head(const Run& run, const std::string& script) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
      "<title>{}: report of a merge search</title>\n<style>\n{}</style>\n</head>\n",
      html::escaped(policy(script)), html::escaped(run.name), kStyles[0].text);
}

std::string banner(const Run& run) {
  return fmt::format(
      "<header>\n<p class=\"kind\">Report of a merge search</p>\n<h1><bdi>{}</bdi></h1>\n</header>\n",
      html::escaped(run.name));
}

struct Chapter {
  const char* id;
  const char* title;
  std::string markup;
};

// Only sections that there are.
std::string contents(const std::vector<Chapter>& chapters) {
  std::string out = "<nav class=\"contents\" aria-label=\"Contents\">\n";
  for (const Chapter& chapter : chapters) {
    if (!chapter.markup.empty()) out += fmt::format("<a href=\"#{}\">{}</a>\n", chapter.id, chapter.title);
  }
  return out + "</nav>\n";
}

}  // namespace

Page report_page(const Run& run) {
  const std::vector<GenerationFigures> generations = generations_of(run);
  const Answers answers = read_answers(run);
  const std::vector<Chapter> chapters = {
      {"verdict", "Result", verdict_section(run)},
      {"search", "Search", search_section(run, generations)},
      {"recipe", "Recipe", recipe_section(run)},
      {"tasks", "Tasks", tasks_section(run, answers.models)},
      {"answers", "Answers", answers_section(answers)},
      {"data", "Items", data_section(run)},
      {"times", "Time", times_section(run, generations)},
      {"files", "Search file", files_section(run)},
  };
  nlohmann::ordered_json data = charts_json(run, generations, answers.models);
  data["answers"] = answers_json(run, answers);

  const std::string script = own_script();
  Page page{.html = head(run, script) + "<body>\n" + banner(run) + contents(chapters) + "<main>\n",
            .notes = answers.notes};
  for (const Chapter& chapter : chapters) page.html += chapter.markup;
  page.html += fmt::format(
      "</main>\n<footer><p>Written by tsugi {}. Charts by Chart.js, under the MIT licence.</p></footer>\n"
      "<script type=\"application/json\" "
      "id=\"run-data\">{}</script>\n<script>{}</script>\n<script>{}</script>\n"
      "</body>\n</html>\n",
      merge::tool_version(), html::script_json(data), kChartJs[0].text, script);
  return page;
}

}  // namespace tsugi::evolve
