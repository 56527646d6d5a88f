// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/checkpoint/rope.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kUsualTheta = 10000;  // of the paper (arXiv 2104.09864) and of every loader
constexpr const char* kFull = "full_attention";
constexpr const char* kSliding = "sliding_attention";

// Fills what the document may say elsewhere, and checks the two fields everybody reads.
Json completed(const Json& given, const ModelConfig& config, double theta) {
  Json rope = Json::object();
  for (const auto& [key, value] : given.items()) {
    // Two names of one thing, and one thing that is no part of the scaling and stands elsewhere in older
    // files.
    if (key != "type" && key != "partial_rotary_factor" && !value.is_null()) rope[key] = value;
  }
  if (!rope.contains("rope_type"))
    rope["rope_type"] = given.contains("type") ? given.at("type") : Json("default");
  if (!rope.contains("rope_theta")) rope["rope_theta"] = theta;
  if (!rope.at("rope_type").is_string() || !rope.at("rope_theta").is_number()) {
    throw InputError(config.file(),
                     fmt::format("rope_type {} or rope_theta {} is of the wrong kind",
                                 cited(rope.at("rope_type").dump()), cited(rope.at("rope_theta").dump())),
                     "correct config.json");
  }
  if (rope.at("rope_type") == "su") rope["rope_type"] = "longrope";
  if (rope.at("rope_type") == "default")
    return {{"rope_type", "default"}, {"rope_theta", rope.at("rope_theta")}};
  const Json* original = config.find("original_max_position_embeddings");
  if (original != nullptr && !rope.contains("original_max_position_embeddings")) {
    rope["original_max_position_embeddings"] = *original;  // Phi-3 states it at the top level
  }
  return rope;
}

}  // namespace

Json normalised_rope(const ModelConfig& config) {
  const double theta =
      config.number("rope_theta").value_or(config.number("rotary_emb_base").value_or(kUsualTheta));
  Json ropes = Json::object();
  const Json* parameters = config.find("rope_parameters");
  if (parameters != nullptr && parameters->is_object()) {
    for (const auto& [key, value] : parameters->items()) {
      if (value.is_object()) ropes[key] = completed(value, config, theta);
    }
    if (ropes.empty()) ropes[""] = completed(*parameters, config, theta);
    return ropes;
  }
  const Json* scaling = config.find("rope_scaling");
  const bool scaled = scaling != nullptr && scaling->is_object();
  const Json main = completed(scaled ? *scaling : Json::object(), config, theta);
  const auto local = config.number("rope_local_base_freq");
  ropes[local ? kFull : ""] = main;
  if (local) ropes[kSliding] = completed(Json::object(), config, *local);
  return ropes;
}

Json main_rope(const ModelConfig& config) {
  const Json ropes = normalised_rope(config);
  return ropes.contains(kFull) ? ropes.at(kFull) : ropes.begin().value();
}

}  // namespace tsugi::merge
