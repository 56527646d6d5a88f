// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What becomes of numbers and texts that `datasets` passes through the JSON of pandas (its ultrajson):
// arrays, and lines whose values differ in kind.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tsugi::eval {

/// What ujson_dumps() writes for a finite value: ten digits behind the point, or ten in all where it is at
/// least 1e16 - 1 or below 1e-15.
std::string ujson_text(double value);

/// What ujson_loads() makes of a number of JSON with a point or an exponent: not always the nearest double.
double ujson_number(std::string_view text);

/// Numbers of a value as ujson_dumps() writes them and Arrow reads them, to the nearest double.
void ujson_rewrite(nlohmann::ordered_json& value);

/// A value of a column whose values differ in kind, as it comes back: numbers written and read again, texts
/// that are JSON as what they say.
nlohmann::ordered_json ujson_value(const nlohmann::ordered_json& value);

}  // namespace tsugi::eval
