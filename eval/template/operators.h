// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Python's operators on values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "eval/template/python_value.h"
#include "eval/template/syntax.h"

namespace tsugi::eval::syntax {

/// "+", "-", "*", "/", "//", "%", "~". Whole numbers beyond 64 bits are refused. Throws Failure.
python::Json arithmetic(std::string_view operation, const python::Json& left, const python::Json& right,
                        Position position);

/// "-" or "+" before a number. Throws Failure.
python::Json signed_number(std::string_view sign, const python::Json& value, Position position);

/// "==", "!=", "<", "<=", ">", ">=", "in", "not in". Throws Failure for types without an order.
bool compare(std::string_view operation, const python::Json& left, const python::Json& right,
             Position position);

/// object[begin:end:step] of text (in characters) or a list. Throws Failure.
python::Json slice(const python::Json& object, std::optional<std::int64_t> begin,
                   std::optional<std::int64_t> end, std::optional<std::int64_t> step, Position position);

}  // namespace tsugi::eval::syntax
