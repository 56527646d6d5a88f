// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace tsugi::evolve {
namespace {

constexpr double kPercent = 100;

// Code points, which is what a terminal's columns are for most scripts.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(const std::string& text, std::size_t columns) {
  return text + std::string(columns - std::min(columns, width(text)), ' ');
}

}  // namespace

std::string result_table(const Result& result) {
  std::size_t names = width("model");
  for (const ModelScore& model : result.models) names = std::max(names, width(model.name));
  std::string text = fmt::format("{}  kind      score  95 % interval\n", padded("model", names));
  for (const ModelScore& model : result.models) {
    text += fmt::format("{}  {:<8}  {:5.1f}  {:.1f} to {:.1f}\n", padded(model.name, names), model.kind,
                        kPercent * model.score.mean, kPercent * model.score.low, kPercent * model.score.high);
  }
  return text;
}

std::string verdict(const Result& result) {
  return fmt::format(
      "The evolved merge is {} than the best parent ({}): {:+.1f} points, 95 % interval {:+.1f} to {:+.1f}, "
      "on {} items "
      "that the search never saw.",
      result.shown_better() ? "better" : "not shown to be better", result.best_parent,
      kPercent * result.gain.mean, kPercent * result.gain.low, kPercent * result.gain.high,
      result.test_items);
}

}  // namespace tsugi::evolve
