// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The subcommands. Each lives in one file: it declares its options on a CLI::App and hands back what to run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <vector>

#include "apps/console.h"

namespace tsugi::apps {

/// Runs a parsed subcommand; throws tsugi::Error. Called at most once, after parsing.
using Action = std::function<void(const CommonOptions&)>;

Action add_merge(CLI::App& app);
Action add_eval(CLI::App& app);
Action add_evolve(CLI::App& app);
Action add_export(CLI::App& app);
Action add_report(CLI::App& app);
Action add_inspect(CLI::App& app);
Action add_compare(CLI::App& app);
Action add_check(CLI::App& app);
Action add_explain(CLI::App& app);
Action add_diff(CLI::App& app);
Action add_extract_lora(CLI::App& app);

/// Parses and runs; returns the exit code: 0 done, 1 failed, 2 bad input, 3 stopped and resumable. Never
/// throws.
int run(int argc, const char* const* argv);

/// "2G", "500M", "1.5GiB", "1000000" as bytes; k, M, G, T are decimal, with an i binary. Throws InputError
/// naming `flag`.
std::uint64_t parse_bytes(const std::string& text, const std::string& flag);

}  // namespace tsugi::apps
