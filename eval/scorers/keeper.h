// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What run_program and its keeper say to each other. For eval/scorers only.
#pragma once

#include <cstdint>

namespace tsugi::eval::keeper {

/// First argument of a keeper; then the time limit in ms, then the program's words.
constexpr const char* kWord = "__keep-program";

constexpr int kControl = 3;  ///< the keeper reads here until it ends, which means: end the program
constexpr int kReport = 4;   ///< the keeper writes one Report

struct Report {
  std::int32_t how = 0;  ///< ProgramEnd::How
  std::int32_t code = 0;
  std::int32_t left_behind = 0;
};

}  // namespace tsugi::eval::keeper
