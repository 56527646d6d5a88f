// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/standing.h"

#include <fmt/format.h>

#include "evolve/report/generations.h"

namespace tsugi::evolve {
namespace {

std::string missing(const Archive& archive) {
  if (archive.finalists.empty()) return "generations, validation and the sealed test are missing";
  if (!archive.winner) return "finalists are named; validation and the sealed test are missing";
  if (archive.test_openings == 0)
    return "the winner is named; its checkpoint and the sealed test are missing";
  return "the sealed test is opened; the result is missing";
}

}  // namespace

std::string standing(const Run& run) {
  if (run.result) return "The run is finished.";
  const std::string budget = run.budget ? fmt::format(" of {}", *run.budget) : "";
  return fmt::format("The search is not finished: {}{} evaluations are done; {}.", run.archive.evaluations,
                     budget, missing(run.archive));
}

std::string generation_table(const Run& run) {
  const auto text_of = [&](const std::optional<double>& value) {
    return value ? fitness_text(run, value) : "-";
  };
  std::string text = "generation  candidates  failed     best     mean         middle half  best so far\n";
  for (const GenerationFigures& figures : generations_of(run)) {
    const std::string half = figures.low_quartile ? fmt::format("{} to {}", text_of(figures.low_quartile),
                                                                text_of(figures.high_quartile))
                                                  : "-";
    const std::string error =
        figures.best_so_far_error ? fmt::format(" ± {}", text_of(figures.best_so_far_error)) : "";
    text += fmt::format("{:>10}  {:>10}  {:>6}  {:>7}  {:>7}  {:>18}  {:>7}{}\n", figures.generation,
                        figures.candidates, figures.failures, text_of(figures.best), text_of(figures.mean),
                        half, text_of(figures.best_so_far), error);
  }
  return text;
}

}  // namespace tsugi::evolve
