// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Comma-separated values as `datasets` reads them, through pandas.read_csv with its defaults.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tsugi::eval {

/// Rows as objects with the columns of the first line, and the line each begins at. A column of whole
/// numbers, of numbers, or of True and False is typed; empty fields and pandas' words for nothing (NA, NaN,
/// null, …) are null, and make whole numbers fractions. Throws InputError for a quote without its end, and
/// for a row of more fields than the first line.
std::vector<std::pair<nlohmann::ordered_json, int>> read_csv(std::string_view text, const std::string& file,
                                                             char separator);

}  // namespace tsugi::eval
