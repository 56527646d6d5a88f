// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/result.h"

#include <fmt/format.h>

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
  result.gain = estimate(json.at("gain").at("mean"), json.at("gain").at("ci95"));
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
  return {
      {"items",
       {{"search", result.search_items},
        {"validation", result.validation_items},
        {"test", result.test_items}}},
      {"models", models},
      {"winner", {{"candidate", result.winner}, {"recipe", "winner.yaml"}, {"checkpoint", "winner/"}}},
      {"gain", {{"over", result.best_parent}, {"mean", result.gain.mean}, {"ci95", interval(result.gain)}}},
      {"test_openings", result.test_openings},
      {"evaluations", result.evaluations}};
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
