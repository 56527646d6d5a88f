// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "recipes/parameter_setting.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace tsugi::recipes {

double Gradient::at(double t, Between between) const {
  assert(!points.empty() && t >= 0 && t <= 1);
  const std::size_t last = points.size() - 1;
  const double position = t * static_cast<double>(last);
  const std::size_t index = std::min(static_cast<std::size_t>(position), last);
  if (between == Between::step) return points[index];
  const double rest = position - static_cast<double>(index);
  return (1 - rest) * points[index] + rest * points[std::min(index + 1, last)];
}

bool Condition::matches(std::string_view tensor) const {
  return !filter || *filter == "*" || tensor.find(*filter) != std::string_view::npos;
}

ParameterSetting ParameterSetting::constant(double value) {
  return {.conditions = {Condition{.filter = std::nullopt, .value = {{value}}, .mark = {}}}, .mark = {}};
}

std::optional<double> ParameterSetting::at(std::string_view tensor, double t, Between between) const {
  for (const Condition& condition : conditions) {
    if (condition.matches(tensor)) return condition.value.at(t, between);
  }
  return std::nullopt;
}

}  // namespace tsugi::recipes
