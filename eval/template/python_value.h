// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// JSON values as Python objects: None, bool, int, float, str, list and dict; their str(), repr(), truth and
// order.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tsugi::eval::python {

/// Keys keep their order, as in a Python dict.
using Json = nlohmann::ordered_json;

/// "str", "int", "NoneType", …
std::string_view type_name(const Json& value);

/// repr() of a float: the shortest digits that read back as the same number.
std::string float_text(double value);
std::string str(const Json& value);
std::string repr(const Json& value);

bool truth(const Json& value);
/// ==: numbers by value across bool, int and float; dicts whatever their order.
bool equal(const Json& left, const Json& right);
/// Negative, 0 or positive; empty when Python raises TypeError (or for NaN, where no order is true).
std::optional<int> order(const Json& left, const Json& right);

/// bool and int (as int64) only.
std::optional<std::int64_t> integer(const Json& value);

}  // namespace tsugi::eval::python
