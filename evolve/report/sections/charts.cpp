// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/html.h"
#include "evolve/report/sections/sections.h"

namespace tsugi::evolve {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

template <class Member>
Json column(const std::vector<GenerationFigures>& generations, Member member) {
  Json values = Json::array();
  for (const GenerationFigures& figures : generations) values.push_back(member(figures));
  return values;
}

// The parent (baseline) that scored best on the search side, as a line to compare with.
void add_reference(const Archive& archive, Origin origin, Json& references) {
  const Record* best = nullptr;
  for (const Record& record : archive.records) {
    if (record.origin != origin || !record.fitness) continue;
    if (best == nullptr || *record.fitness > *best->fitness) best = &record;
  }
  if (best == nullptr) return;
  references.push_back(
      {{"name", html::visible(best->name)}, {"kind", name(origin)}, {"value", *best->fitness}});
}

Json fitness_json(const Run& run, const std::vector<GenerationFigures>& generations) {
  Json fitness = {
      {"title", run.by_likelihood ? "log-likelihood of the references" : "score on the search side, %"},
      {"scale", run.by_likelihood ? 1 : 100},
      {"generations", column(generations, [](const auto& g) { return Json(g.generation); })},
      {"mean", column(generations, [](const auto& g) { return number(g.mean); })},
      {"low_quartile", column(generations, [](const auto& g) { return number(g.low_quartile); })},
      {"high_quartile", column(generations, [](const auto& g) { return number(g.high_quartile); })},
      {"best_so_far", column(generations, [](const auto& g) { return number(g.best_so_far); })},
      {"error", column(generations, [](const auto& g) { return number(g.best_so_far_error); })},
      {"references", Json::array()}};
  add_reference(run.archive, Origin::parent, fitness["references"]);
  add_reference(run.archive, Origin::baseline, fitness["references"]);
  return fitness;
}

Json tasks_json(const Run& run, const std::vector<ComparedModel>& models) {
  const std::vector<std::string> tasks = tasks_of(run.archive);
  Json out = {{"tasks", Json::array()}, {"models", Json::array()}};
  for (const std::string& task : tasks) out["tasks"].push_back(html::visible(task));
  for (const ComparedModel& model : models) {
    Json values = Json::array();
    for (const std::string& task : tasks)
      values.push_back(number(task_mean(run.archive, run.archive.records[model.id], task, eval::Side::test)));
    out["models"].push_back({{"name", html::visible(model.name)}, {"kind", model.kind}, {"values", values}});
  }
  return out;
}

}  // namespace

Json charts_json(const Run& run, const std::vector<GenerationFigures>& generations,
                 const std::vector<ComparedModel>& models) {
  return {
      {"fitness", fitness_json(run, generations)},
      {"tasks", tasks_json(run, models)},
      {"times",
       {{"generations", column(generations, [](const auto& g) { return Json(g.generation); })},
        {"merging", column(generations, [](const auto& g) { return Json(g.merge_seconds); })},
        {"scoring", column(generations, [](const auto& g) { return Json(g.score_seconds); })},
        {"bookkeeping", column(generations, [](const auto& g) { return Json(g.bookkeeping_seconds); })}}}};
}

}  // namespace tsugi::evolve
