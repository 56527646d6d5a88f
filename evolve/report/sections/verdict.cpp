// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "evolve/report/evidence.h"
#include "evolve/report/html.h"
#include "evolve/report/sections/sections.h"
#include "evolve/report/standing.h"
#include "evolve/report/table.h"

namespace tsugi::evolve {
namespace {

/// The scale on which all intervals of the table are drawn.
struct Scale {
  double low = 0;
  double high = 1;

  /// In units of the drawing, which is 100 wide.
  double place(double value) const { return 2 + 96 * (value - low) / (high - low); }
};

Scale scale_of(const Result& result) {
  Scale scale{.low = result.models.front().score.low, .high = result.models.front().score.high};
  for (const ModelScore& model : result.models) {
    scale.low = std::min(scale.low, model.score.low);
    scale.high = std::max(scale.high, model.score.high);
  }
  if (scale.high <= scale.low) scale = {.low = scale.low - 0.5, .high = scale.low + 0.5};
  return scale;
}

// Decoration: the numbers stand beside it.
std::string interval_drawing(const eval::Estimate& score, const Scale& scale) {
  return fmt::format(
      "<svg class=\"interval\" viewBox=\"0 0 100 12\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
      "<line x1=\"{:.2f}\" x2=\"{:.2f}\" y1=\"6\" y2=\"6\"/>"
      "<rect x=\"{:.2f}\" y=\"2\" width=\"1.2\" height=\"8\"/></svg>",
      scale.place(score.low), scale.place(score.high), scale.place(score.mean) - 0.6);
}

// Choosing a model leads to the items where it and the winner differ.
std::string model_cell(const ModelScore& model) {
  const std::string name = fmt::format("<bdi>{}</bdi>", html::escaped(model.name));
  if (model.kind == "winner") return name;
  return fmt::format("<a href=\"#answers\" data-compare=\"{}\">{}</a>", html::escaped(model.name), name);
}

std::string result_markup(const Result& result) {
  html::Table table{.caption = fmt::format("Scores on the sealed test, {} items, in percent; intervals 95 %, "
                                           "bootstrap over clusters of items",
                                           result.test_items),
                    .head = {"Model", "Kind", "Score", "Interval", ""},
                    .css_class = "numbers results"};
  const Scale scale = scale_of(result);
  for (const ModelScore& model : result.models) {
    table.rows.push_back({model_cell(model), html::escaped(model.kind),
                          fmt::format("<span data-kind=\"{}\">{}</span>", html::escaped(model.kind),
                                      percent(model.score.mean)),
                          fmt::format("{} to {}", percent(model.score.low), percent(model.score.high)),
                          interval_drawing(model.score, scale)});
  }
  return html::markup(table);
}

std::string figure(const std::string& number, const std::string& label) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", html::escaped(label), html::escaped(number));
}

std::string key_figures(const Result& result) {
  return "<dl class=\"figures\">\n" +
         figure(fmt::format("{:+.1f} points", 100 * result.gain.mean), "over the best parent") +
         figure(fmt::format("{:+.1f} to {:+.1f}", 100 * result.gain.low, 100 * result.gain.high),
                "95 % interval of that") +
         figure(fmt::format("{}", result.evaluations), "candidates searched") +
         figure(result.test_openings == 1 ? "once" : fmt::format("{} times", result.test_openings),
                "sealed test opened") +
         "</dl>\n";
}

}  // namespace

std::string percent(std::optional<double> value) {
  return value ? fmt::format("{:.1f}", 100 * *value) : "–";
}

std::string title_of(const Archive& archive, std::size_t candidate) {
  const std::string& name = archive.records.at(candidate).name;
  return name.empty() ? fmt::format("candidate {}", candidate) : name;
}

std::string chart(const std::string& id, const std::string& label) {
  return fmt::format(
      "<div class=\"chart\"><canvas id=\"{}\" role=\"img\" aria-label=\"{}\"></canvas></div>\n", id,
      html::escaped(label));
}

std::string verdict_section(const Run& run) {
  std::string out = "<section id=\"verdict\" aria-labelledby=\"verdict-title\">\n";
  out += "<h2 id=\"verdict-title\">Result</h2>\n";
  if (!run.result || run.result->models.empty())
    return out + fmt::format("<p class=\"verdict open\">{}</p>\n</section>\n", html::escaped(standing(run)));
  out += fmt::format("<p class=\"verdict {}\">{}</p>\n", run.result->shown_better() ? "better" : "open",
                     html::escaped(verdict(*run.result)));
  out += key_figures(*run.result) + result_markup(*run.result) + "<ul class=\"evidence\">\n";
  for (const std::string& line : evidence(*run.result))
    out += fmt::format("<li>{}</li>\n", html::escaped(line));
  return out + "</ul>\n</section>\n";
}

}  // namespace tsugi::evolve
