// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What PyYAML, re, datasets and lm-evaluation-harness give (tests/peers/make_task_golden.py).
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>

namespace tsugi::tests {

inline nlohmann::ordered_json task_golden() {
  std::ifstream in(TSUGI_ROOT "/tests/golden/tasks/harness.json");
  return nlohmann::ordered_json::parse(in);
}

}  // namespace tsugi::tests
