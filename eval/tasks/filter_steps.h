// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Filters of answers, as filters.cpp lists them.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "eval/tasks/task.h"
#include "eval/template/python_value.h"

namespace tsugi::eval {

/// One response to one document. Throws InputError for a document that the filter cannot read.
using ResponseFilter = std::function<std::string(const std::string& response, const python::Json& doc)>;

ResponseFilter make_regex(const FilterStep& step);
ResponseFilter make_multi_choice_regex(const FilterStep& step);
ResponseFilter make_format_span(const FilterStep& step);

/// Throws InputError: "ARGUMENT of the filter 'FUNCTION' is not EXPECTED".
[[noreturn]] void refuse_argument(const FilterStep& step, std::string_view argument,
                                  std::string_view expected);

/// An argument, or what it is without. Throws InputError for another type.
std::string text_argument(const FilterStep& step, const std::string& name, const std::string& otherwise);
long number_argument(const FilterStep& step, const std::string& name, long otherwise);
bool flag_argument(const FilterStep& step, const std::string& name);
/// A list of texts; empty without it.
std::vector<std::string> texts_argument(const FilterStep& step, const std::string& name);

}  // namespace tsugi::eval
