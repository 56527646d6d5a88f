// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The tiny checkpoints of tests/golden/families.json, one or more of each family.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/recorded.h"
#include "tests/support/tiny_model.h"

namespace tsugi::tests {

inline std::vector<std::string> recorded_families() {
  std::vector<std::string> names;
  const nlohmann::json golden = golden_json("families.json");
  for (const nlohmann::json& entry : golden.at("cases")) names.push_back(entry.at("name"));
  return names;
}

inline nlohmann::json recorded_family(const std::string& name) {
  const nlohmann::json all = golden_json("families.json").at("cases");
  return *std::find_if(all.begin(), all.end(),
                       [&](const nlohmann::json& entry) { return entry.at("name") == name; });
}

/// As value_at() of tests/peers/record_families.py: SplitMix64 of the name's FNV-1a hash plus the element's
/// number.
inline std::vector<float> family_values(const std::string& name, const merge::Shape& shape) {
  std::uint64_t seed = 0xCBF29CE484222325U;
  for (const char c : name) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  const bool gain = shape.size() == 1 && name.ends_with("weight");
  std::vector<float> values(merge::elements(shape));
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint64_t x = (seed + i) * 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    x ^= x >> 31U;
    values[i] = static_cast<float>(x >> 40U) / 16777216.0F - 0.5F + (gain ? 1.0F : 0.0F);
  }
  return values;
}

/// The recorded checkpoint; with `other` in front of the names of its values, another of the same shapes.
inline TinyModel family_model(const nlohmann::json& recorded, const std::string& other = "") {
  TinyModel model;
  model.config = nlohmann::ordered_json(recorded.at("config"));
  for (const auto& [tensor, shape] : recorded.at("shapes").items()) {
    const auto sizes = shape.get<merge::Shape>();
    model.tensors[tensor] = {sizes, family_values(other + tensor, sizes), DType::F32};
  }
  return model;
}

}  // namespace tsugi::tests
