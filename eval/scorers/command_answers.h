// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a program of the user's answered: our plain form or lm-evaluation-harness's samples.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "eval/scorers/command.h"

namespace tsugi::eval {

/// What it wrote to {output}: a JSON file, or a folder with one, or a folder with samples_TASK*.jsonl
/// anywhere in it. Throws Error with the reason.
CommandScores read_command_output(const CommandTask& task, std::span<const Item* const> items,
                                  const std::filesystem::path& output);

/// What it printed: JSON as a whole, or in the last line. Throws Error with the reason.
CommandScores read_command_text(const CommandTask& task, std::span<const Item* const> items,
                                std::string_view text);

}  // namespace tsugi::eval
