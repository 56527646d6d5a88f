// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// mergekit's command-line switches that change nothing here. Scripts carry them along, so they are accepted,
// and whoever gives one learns in a line what happens instead.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tsugi::apps {

/// Adds every switch of mergekit 0.1.5's mergekit-yaml and mergekit-multi that `app` does not have already,
/// out of the help's sight. Each one given on the command line appends "--SWITCH has no effect: REASON" to
/// `notes`, which must outlive parsing.
void add_mergekit_flags(CLI::App& app, std::vector<std::string>& notes);

}  // namespace tsugi::apps
