// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <map>
#include <set>

#include "evolve/report/evidence.h"
#include "evolve/report/html.h"
#include "evolve/report/sections/sections.h"

namespace tsugi::evolve {
namespace {

using Json = nlohmann::ordered_json;
using eval::Side;

struct NamedSide {
  Side side;
  std::string_view name;
};
constexpr std::array<NamedSide, 3> kSides{
    {{Side::search, "search"}, {Side::validation, "validation"}, {Side::test, "sealed test"}}};

// "612 items in 600 clusters" of one task, or of all with "".
std::string count_of(const Archive& archive, const std::string& task, Side side) {
  std::size_t items = 0;
  std::set<std::size_t> clusters;
  for (const ArchiveItem& item : archive.items) {
    if (item.side != side || (!task.empty() && item.task != task)) continue;
    ++items;
    clusters.insert(item.cluster);
  }
  return items == clusters.size() ? fmt::format("{}", items) : fmt::format("{} ({})", items, clusters.size());
}

std::string split_table(const Archive& archive) {
  html::Table table{
      .caption = "Items on each side, in parentheses the clusters they form where that is another number",
      .head = {"Task"}};
  for (const NamedSide& side : kSides) table.head.emplace_back(side.name);
  const auto add = [&](const std::string& title, const std::string& task) {
    std::vector<std::string> row{title};
    for (const NamedSide& side : kSides) row.push_back(count_of(archive, task, side.side));
    table.rows.push_back(std::move(row));
  };
  const std::vector<std::string> tasks = tasks_of(archive);
  for (const std::string& task : tasks) add(fmt::format("<bdi>{}</bdi>", html::escaped(task)), task);
  if (tasks.size() > 1) add("all", "");
  return html::markup(table);
}

// "Clusters: 600 of 1 item, 6 of 2 items."
std::string cluster_sizes(const Archive& archive) {
  std::map<std::size_t, std::size_t> items;
  for (const ArchiveItem& item : archive.items) ++items[item.cluster];
  std::map<std::size_t, std::size_t> clusters;  // size -> how many
  for (const auto& [cluster, size] : items) ++clusters[size];
  std::vector<std::string> texts;
  for (const auto& [size, count] : clusters)
    texts.push_back(fmt::format("{} of {} item{}", count, size, size == 1 ? "" : "s"));
  return fmt::format(
      "<p>Items that share a source or most of their text form a cluster and are on one side. "
      "Clusters: {}.</p>\n",
      fmt::join(texts, ", "));
}

// The run's own, and those that the ledger of this computer knows.
std::string openings_markup(const Run& run) {
  const std::size_t count = run.archive.test_openings;
  if (count == 0) return "<p>The sealed test was not opened.</p>\n";
  const std::string ledger =
      run.result ? fmt::format("<p class=\"lines\">{}</p>\n", html::escaped(openings(*run.result))) : "";
  return fmt::format("<p>The sealed test was opened {}{}</p>\n",
                     count == 1 ? "once" : fmt::format("{} times", count),
                     count == 1 ? ", for the winner, the parents and the baselines together."
                                : ": each opening after the first makes a lucky result more likely.") +
         ledger;
}

// What the rest of the page says already. Members of models stand behind their names.
const std::set<std::string> kShown = {"items",     "winner", "gain.over",   "gain.mean",
                                      "gain.ci95", "models", "evaluations", "test_openings"};
const std::set<std::string> kShownOfModels = {"name", "kind", "score", "ci95"};

// A file of another version may hold a great deal; the file itself is beside the page.
constexpr std::size_t kMostRows = 200;

void flatten(const std::string& key, const Json& value, std::vector<std::vector<std::string>>& rows) {
  if (kShown.count(key) > 0 || rows.size() >= kMostRows) return;
  const bool list_of_objects = value.is_array() && !value.empty() && value.front().is_object();
  if (value.is_object() || list_of_objects) {
    for (const auto& [name, inner] : value.items())
      flatten(key.empty() ? name : fmt::format("{}.{}", key, name), inner, rows);
    return;
  }
  const std::string text = value.is_string() ? value.get<std::string>()
                                             : value.dump(-1, ' ', false, Json::error_handler_t::replace);
  rows.push_back({html::escaped(key), html::escaped(html::clipped(html::visible(text), 400))});
}

// Members that this page knows nothing of, whatever a version of the program adds.
std::string further_results(const Json& result) {
  html::Table table{.caption = "", .head = {"Key", "Value"}, .css_class = "further"};
  if (!result.is_object()) return "";
  for (const Json& model : result.value("models", Json::array())) {
    for (const auto& [key, value] : model.items()) {
      if (kShownOfModels.count(key) == 0)
        flatten(fmt::format("{}.{}", model.value("name", ""), key), value, table.rows);
    }
  }
  flatten("", result, table.rows);
  if (table.rows.empty()) return "";
  return fmt::format("<details><summary>What else result.json says</summary>\n{}</details>\n",
                     html::markup(table));
}

}  // namespace

std::string data_section(const Run& run) {
  return "<section id=\"data\" aria-labelledby=\"data-title\">\n<h2 id=\"data-title\">Items</h2>\n" +
         split_table(run.archive) + cluster_sizes(run.archive) + openings_markup(run) +
         further_results(run.result_json) + "</section>\n";
}

}  // namespace tsugi::evolve
