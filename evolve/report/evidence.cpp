// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/evidence.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "evolve/ledger.h"

namespace tsugi::evolve {
namespace {

constexpr double kPercent = 100;

std::string points(const eval::Estimate& estimate) {
  return fmt::format("{:+.1f} points, 95 % interval {:+.1f} to {:+.1f}", kPercent * estimate.mean,
                     kPercent * estimate.low, kPercent * estimate.high);
}

std::string test_of(const TaskChange& change) {
  if (!change.pairs) return fmt::format("p = {:.2g} (changes of sign)", change.p_value);
  return fmt::format("{} items won, {} lost, p = {:.2g} (McNemar exact), {:.2g} (mid-p)", change.pairs->wins,
                     change.pairs->losses, change.p_value, change.mid_p.value_or(change.p_value));
}

std::string corrected(const char* name, const eval::Corrected& score) {
  if (!score.estimate) return fmt::format("{} not available ({})", name, score.reason);
  return fmt::format("{} {:.1f} ({:.1f} to {:.1f})", name, kPercent * score.estimate->mean,
                     kPercent * score.estimate->low, kPercent * score.estimate->high);
}

void add_tasks(const Result& result, std::vector<std::string>& lines) {
  for (const TaskChange& change : result.tasks) {
    std::string line = fmt::format("{} ({}): {:.1f} against {:.1f}, {}; {}", change.task, change.metric,
                                   kPercent * change.winner, kPercent * change.parent, points(change.change),
                                   test_of(change));
    if (result.tasks.size() > 1) line += fmt::format(", {:.2g} by Holm over the tasks", change.holm);
    lines.push_back(std::move(line));
  }
  if (const TaskChange* worst = result.worst_task(); worst != nullptr && result.tasks.size() > 1) {
    lines.push_back(fmt::format("Worst task: {} with {:+.1f} points, {}", worst->task,
                                kPercent * worst->change.mean,
                                worst->regressed() ? "a loss of more than one standard error"
                                                   : "no loss of more than one standard error"));
  }
}

}  // namespace

std::vector<std::string> evidence(const Result& result) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("Over the best of all parents in each resample: {}", points(result.lead)));
  add_tasks(result, lines);
  if (result.search.best) {
    lines.push_back(fmt::format(
        "The best search score, {:.1f}, is the best of many on the items that chose it; corrected: {}; {}",
        kPercent * *result.search.best, corrected("bootstrap bias corrected", result.search.bias_corrected),
        corrected("empirical Bayes over the last generation", result.search.empirical_bayes)));
  }
  for (std::string& sentence : describe(result.contamination)) lines.push_back(std::move(sentence));
  for (const eval::FamiliarityNote& note : result.familiarity) {
    if (note.suspicious) lines.push_back("note: " + note.text);
  }
  if (!result.leaderboards.empty()) {
    lines.push_back(fmt::format(
        "This search was made on the test set of {}: the winner's place there would say nothing about it.",
        fmt::join(result.leaderboards, ", ")));
  }
  if (result.test_openings > 1) {
    lines.push_back(
        fmt::format("This run has opened its sealed items {} times: the first look was the honest one.",
                    result.test_openings));
  }
  return lines;
}

std::string openings(const Result& result) {
  try {
    const std::vector<Opening> ledger = read_ledger(standard_ledger());
    const auto own = std::find_if(ledger.begin(), ledger.end(),
                                  [&](const Opening& opening) { return opening.set.key == result.test_set; });
    if (own == ledger.end()) {
      return fmt::format("The opening of these sealed items is not in the ledger {}.",
                         standard_ledger().string());
    }
    return describe(known_openings(ledger, own->set), result.test_items);
  } catch (const Error& error) {
    return fmt::format("Openings of the sealed items are not known: {}", error.what());
  }
}

}  // namespace tsugi::evolve
