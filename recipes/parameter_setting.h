// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What a recipe says about one parameter: a number, a gradient over the layers of a slice, or conditions by
// tensor name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/error.h"

namespace tsugi::recipes {

/// How values between the points of a gradient are found.
enum class Between { linear, step };

/// A list of one value is a constant. Never empty.
struct Gradient {
  std::vector<double> points;

  /// Value at t in [0, 1]. linear: s = t(n-1), between floor(s) and the next point. step (booleans): point
  /// trunc(s).
  double at(double t, Between between = Between::linear) const;
  bool operator==(const Gradient&) const = default;
};

/// `{filter: text, value: gradient}`. No filter, or "*", matches every tensor; otherwise a case-sensitive
/// substring.
struct Condition {
  std::optional<std::string> filter;
  Gradient value;
  Mark mark;

  bool matches(std::string_view tensor) const;
};

/// The conditions of one parameter at one level of a recipe; the first that matches wins.
struct ParameterSetting {
  std::vector<Condition> conditions;
  Mark mark;  ///< of the parameter's name

  static ParameterSetting constant(double value);

  /// Value for a tensor at depth t (0 for tensors outside the layers), or nothing when no condition matches.
  std::optional<double> at(std::string_view tensor, double t, Between between = Between::linear) const;
};

/// Equal in what they say; where they stand does not count.
bool operator==(const Condition& a, const Condition& b);
bool operator==(const ParameterSetting& a, const ParameterSetting& b);

/// By parameter name, in name order, so that everything derived from it is independent of the order in the
/// file.
using ParameterMap = std::map<std::string, ParameterSetting, std::less<>>;

}  // namespace tsugi::recipes
