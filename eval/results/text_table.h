// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// lm-evaluation-harness's kind of table: a head, a rule, rows, all between bars.
#pragma once

#include <string>
#include <vector>

namespace tsugi::eval {

using TableRow = std::vector<std::string>;

/// The first row is the head. All rows have its length; columns are as wide as their longest cell.
std::string text_table(const std::vector<TableRow>& rows);

}  // namespace tsugi::eval
