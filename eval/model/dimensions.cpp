// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/dimensions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "recipes/error.h"

namespace tsugi::eval {
namespace {

std::optional<std::size_t> factor(const std::string& text, const Dimensions& dimensions) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  const auto found = dimensions.find(text);
  return found == dimensions.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> product(const std::string& expression, const Dimensions& dimensions) {
  std::size_t value = 1;
  char operation = '*';
  for (std::size_t at = 0; at <= expression.size();) {
    const std::size_t end = std::min(expression.find_first_of("*/", at), expression.size());
    const std::optional<std::size_t> next = factor(expression.substr(at, end - at), dimensions);
    if (!next) return std::nullopt;
    if (operation == '/' && (*next == 0 || value % *next != 0)) return std::nullopt;
    value = operation == '*' ? value * *next : value / *next;
    operation = end < expression.size() ? expression[end] : ' ';
    at = end + 1;
  }
  return value;
}

}  // namespace

std::optional<std::size_t> whole_number(const merge::ModelConfig& config, const std::string& key) {
  constexpr double kMost = 2147483648.0;  // above any model's sizes, and products of two still fit in 64 bits
  const std::optional<double> value = config.number(key);
  if (!value) return std::nullopt;
  if (!(*value >= 1 && *value <= kMost) || *value != std::floor(*value)) {
    throw InputError(config.file(),
                     fmt::format("{} is {}, expected a whole number from 1 to 2^31", key, *value),
                     "take the config.json that came with the model");
  }
  return static_cast<std::size_t>(*value);
}

std::optional<std::size_t> evaluate(const std::string& expression, const Dimensions& dimensions) {
  std::size_t sum = 0;
  for (std::size_t at = 0; at <= expression.size();) {
    const std::size_t end = std::min(expression.find('+', at), expression.size());
    const std::optional<std::size_t> term = product(expression.substr(at, end - at), dimensions);
    if (!term) return std::nullopt;
    sum += *term;
    at = end + 1;
  }
  return sum;
}

Dimensions resolve_dimensions(const recipes::Architecture& architecture, const merge::ModelConfig& config) {
  Dimensions dimensions;
  for (const auto& [dimension, sources] : architecture.dims) {
    std::optional<std::size_t> value;
    for (const std::string& source : sources) {
      value = whole_number(config, source);
      if (!value) value = evaluate(source, dimensions);
      if (value) break;
    }
    if (!value) {
      throw InputError(config.file(),
                       fmt::format("no number for {} of {}; tried {}", dimension, architecture.family,
                                   fmt::join(sources, ", ")),
                       "take the config.json that came with the model");
    }
    dimensions[dimension] = *value;
  }
  return dimensions;
}

}  // namespace tsugi::eval
