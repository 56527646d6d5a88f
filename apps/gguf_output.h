// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What merge and export have in common when they write a GGUF file.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "apps/console.h"
#include "merge/parallel.h"
#include "merge/plan.h"

namespace tsugi::apps {

struct GgufFlags {
  std::string type;  ///< --gguf-type; "" when not given
  std::string pre;   ///< --gguf-pre
};
void add_gguf_flags(CLI::App& app, GgufFlags& flags);

/// Whether an output's name asks for a GGUF file.
bool names_gguf(const std::string& out);

/// Writes the plan's model, with progress. Throws InputError, Error.
void write_gguf(const merge::MergePlan& plan, const std::string& out, const GgufFlags& flags, bool overwrite,
                const std::string& recipe, const Console& console, merge::ThreadPool& pool);

}  // namespace tsugi::apps
