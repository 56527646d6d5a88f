// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Values that other people's programs gave, recorded by the scripts in tests/peers/, and the models they gave
// them for.
#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tsugi::tests {

inline std::filesystem::path golden_path(std::string_view name) {
  return std::filesystem::path(TSUGI_ROOT) / "tests" / "golden" / name;
}

/// tests/golden/NAME; throws when it is not there, so that a missing recording never passes for an empty one.
inline nlohmann::json golden_json(std::string_view name) {
  std::ifstream in(golden_path(name), std::ios::binary);
  if (!in) throw std::runtime_error("no " + golden_path(name).string());
  return nlohmann::json::parse(in);
}

inline std::filesystem::path pocket_path(std::string_view name) {
  return std::filesystem::path(TSUGI_ROOT) / "recipes" / "pocket" / name;
}

}  // namespace tsugi::tests
