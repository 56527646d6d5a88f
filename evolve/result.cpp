// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/result.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

using Json = nlohmann::ordered_json;

Json interval(const eval::Estimate& estimate) {
  return Json::array({estimate.low, estimate.high});
}

eval::Estimate estimate(const Json& mean, const Json& ends) {
  return {.mean = mean.get<double>(), .low = ends.at(0).get<double>(), .high = ends.at(1).get<double>()};
}

Json to_json(const eval::Corrected& score) {
  if (!score.estimate) return {{"score", nullptr}, {"reason", score.reason}};
  return {{"score", score.estimate->mean}, {"ci95", interval(*score.estimate)}};
}

eval::Corrected corrected_from(const Json& json) {
  if (json.at("score").is_null()) return {.estimate = {}, .reason = json.at("reason").get<std::string>()};
  return {.estimate = estimate(json.at("score"), json.at("ci95")), .reason = ""};
}

Json to_json(const TaskChange& change) {
  Json json = {{"task", change.task},
               {"metric", change.metric},
               {"items", change.items},
               {"winner", change.winner},
               {"best_parent", change.parent},
               {"change", change.change.mean},
               {"ci95", interval(change.change)},
               {"standard_error", change.standard_error}};
  json["wins"] = change.pairs ? Json(change.pairs->wins) : Json();
  json["losses"] = change.pairs ? Json(change.pairs->losses) : Json();
  json["test"] = change.pairs ? "mcnemar_exact" : "sign_flip";
  json["p"] = change.p_value;
  json["mid_p"] = change.mid_p ? Json(*change.mid_p) : Json();
  json["p_holm"] = change.holm;
  return json;
}

TaskChange task_change_from(const Json& json) {
  TaskChange change{.task = json.at("task").get<std::string>(),
                    .metric = json.at("metric").get<std::string>(),
                    .items = json.at("items").get<std::size_t>(),
                    .winner = json.at("winner").get<double>(),
                    .parent = json.at("best_parent").get<double>(),
                    .change = estimate(json.at("change"), json.at("ci95")),
                    .standard_error = json.at("standard_error").get<double>(),
                    .pairs = {},
                    .p_value = json.at("p").get<double>(),
                    .mid_p = {},
                    .holm = json.at("p_holm").get<double>()};
  if (!json.at("wins").is_null()) {
    change.pairs = {.wins = json.at("wins").get<std::size_t>(),
                    .losses = json.at("losses").get<std::size_t>()};
  }
  if (!json.at("mid_p").is_null()) change.mid_p = json.at("mid_p").get<double>();
  return change;
}

Json to_json(const eval::FamiliarityNote& note) {
  return {{"model", note.model}, {"test", note.test},         {"search", note.searched},
          {"ahead", note.ahead}, {"by_heart", note.by_heart}, {"suspicious", note.suspicious},
          {"text", note.text}};
}

eval::FamiliarityNote familiarity_from(const Json& json) {
  return {.model = json.at("model").get<std::string>(),
          .test = json.at("test").get<double>(),
          .searched = json.at("search").get<double>(),
          .ahead = json.at("ahead").get<double>(),
          .by_heart = json.at("by_heart").get<double>(),
          .suspicious = json.at("suspicious").get<bool>(),
          .text = json.at("text").get<std::string>()};
}

template <class T>
Json list_of(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(to_json(value));
  return list;
}

void read_evidence(const Json& json, Result& result) {
  result.lead = estimate(json.at("gain").at("over_any_parent").at("mean"),
                         json.at("gain").at("over_any_parent").at("ci95"));
  for (const Json& task : json.at("tasks")) result.tasks.push_back(task_change_from(task));
  const Json& search = json.at("search_score");
  if (!search.at("best").is_null()) result.search.best = search.at("best").get<double>();
  result.search.bias_corrected = corrected_from(search.at("bias_corrected"));
  result.search.empirical_bayes = corrected_from(search.at("empirical_bayes"));
  for (const Json& check : json.at("contamination"))
    result.contamination.push_back(contamination_from(check));
  result.leaderboards = json.at("leaderboard_sets").get<std::vector<std::string>>();
  for (const Json& note : json.at("familiarity")) result.familiarity.push_back(familiarity_from(note));
  result.test_set = json.at("test_set").get<std::string>();
}

Result from_json(const Json& json) {
  Result result;
  result.search_items = json.at("items").at("search").get<std::size_t>();
  result.validation_items = json.at("items").at("validation").get<std::size_t>();
  result.test_items = json.at("items").at("test").get<std::size_t>();
  for (const Json& model : json.at("models")) {
    result.models.push_back({.name = model.at("name").get<std::string>(),
                             .kind = model.at("kind").get<std::string>(),
                             .score = estimate(model.at("score"), model.at("ci95"))});
  }
  result.winner = json.at("winner").at("candidate").get<std::size_t>();
  result.best_parent = json.at("gain").at("over").get<std::string>();
  result.best_baseline = json.at("best_baseline").get<std::string>();
  result.gain = estimate(json.at("gain").at("mean"), json.at("gain").at("ci95"));
  read_evidence(json, result);
  result.test_openings = json.at("test_openings").get<std::size_t>();
  result.evaluations = json.at("evaluations").get<std::size_t>();
  return result;
}

}  // namespace

Json to_json(const Result& result) {
  Json models = Json::array();
  for (const ModelScore& model : result.models) {
    models.push_back({{"name", model.name},
                      {"kind", model.kind},
                      {"score", model.score.mean},
                      {"ci95", interval(model.score)}});
  }
  Json search = {{"best", nullptr},
                 {"bias_corrected", to_json(result.search.bias_corrected)},
                 {"empirical_bayes", to_json(result.search.empirical_bayes)}};
  if (result.search.best) search["best"] = *result.search.best;
  const TaskChange* worst = result.worst_task();
  return {{"items",
           {{"search", result.search_items},
            {"validation", result.validation_items},
            {"test", result.test_items}}},
          {"models", models},
          {"winner", {{"candidate", result.winner}, {"recipe", "winner.yaml"}, {"checkpoint", "winner/"}}},
          {"best_baseline", result.best_baseline},
          {"gain",
           {{"over", result.best_parent},
            {"mean", result.gain.mean},
            {"ci95", interval(result.gain)},
            {"shown_better", result.shown_better()},
            {"over_any_parent", {{"mean", result.lead.mean}, {"ci95", interval(result.lead)}}}}},
          {"tasks", list_of(result.tasks)},
          {"worst_task", worst == nullptr ? Json()
                                          : Json{{"task", worst->task},
                                                 {"change", worst->change.mean},
                                                 {"regressed", worst->regressed()}}},
          {"search_score", search},
          {"contamination", list_of(result.contamination)},
          {"leaderboard_sets", result.leaderboards},
          {"familiarity", list_of(result.familiarity)},
          {"test_set", result.test_set},
          {"test_openings", result.test_openings},
          {"evaluations", result.evaluations}};
}

const TaskChange* Result::worst_task() const {
  const auto worst = std::min_element(
      tasks.begin(), tasks.end(),
      [](const TaskChange& a, const TaskChange& b) { return a.change.mean < b.change.mean; });
  return worst == tasks.end() ? nullptr : &*worst;
}

Result read_result(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError(file.string(), "cannot be read", "give the folder of a finished run");
  try {
    return from_json(Json::parse(in));
  } catch (const nlohmann::json::exception& error) {
    throw InputError(file.string(), fmt::format("is no result of a run: {}", error.what()),
                     "give the folder of a finished run");
  }
}

}  // namespace tsugi::evolve
