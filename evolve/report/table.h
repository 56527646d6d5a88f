// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The result of a search in words: a table and one plain sentence.
#pragma once

#include <string>

#include "evolve/result.h"

namespace tsugi::evolve {

/// A line for each model: name, kind, score on the sealed test in percent, 95 % interval. Ends in a newline.
std::string result_table(const Result& result);

/// "The evolved merge is better than the best parent (ja): +22.4 points, 95 % interval +18.9 to +26.1, on 812
/// items that the search never saw." or "… is not shown to be better than …".
std::string verdict(const Result& result);

}  // namespace tsugi::evolve
