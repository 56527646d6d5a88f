// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "evolve/report/html.h"
#include "evolve/report/sections/sections.h"

namespace tsugi::evolve {
namespace {

// The first reasons tell what went wrong; a search that failed in a hundred ways has one cause behind them.
constexpr std::size_t kReasons = 20;
constexpr std::size_t kLongestReason = 600;

std::string failures(const Archive& archive) {
  std::map<std::string, std::vector<std::size_t>> by_reason;
  std::vector<std::string> reasons;  // in order of first appearance
  for (std::size_t id = 0; id < archive.records.size(); ++id) {
    const std::string& reason = archive.records[id].failure;
    if (reason.empty()) continue;
    std::vector<std::size_t>& ids = by_reason[reason];
    if (ids.empty()) reasons.push_back(reason);
    ids.push_back(id);
  }
  if (reasons.empty()) return "<p>No candidate failed.</p>\n";
  html::Table table{.caption = "Failed candidates",
                    .head = {"Reason", "Candidates", "The first"},
                    .css_class = "numbers reasons"};
  for (std::size_t i = 0; i < std::min(reasons.size(), kReasons); ++i) {
    const std::vector<std::size_t>& ids = by_reason[reasons[i]];
    table.rows.push_back({html::escaped(html::clipped(html::visible(reasons[i]), kLongestReason)),
                          fmt::format("{}", ids.size()), fmt::format("{}", ids.front())});
  }
  std::string out = html::markup(table);
  if (reasons.size() > kReasons)
    out +=
        fmt::format("<p class=\"note\">{} more reasons are in archive.h5.</p>\n", reasons.size() - kReasons);
  return out;
}

}  // namespace

std::string files_section(const Run& run) {
  return "<section id=\"files\" aria-labelledby=\"files-title\">\n<h2 id=\"files-title\">Search file</h2>\n" +
         failures(run.archive) +
         fmt::format("<pre class=\"file\" tabindex=\"0\">{}</pre>\n", html::escaped(run.archive.search)) +
         "</section>\n";
}

}  // namespace tsugi::evolve
