// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/holdout/familiarity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "eval/metrics/intervals.h"
#include "eval/metrics/paired_tests.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

constexpr double kFarAhead = 3;         // standard errors: 1 of 740 innocent models
constexpr double kBeyondChance = 1e-3;  // of McNemar's test, for much the same rate
const double kByHeart = std::log(0.5);

using Values = std::vector<double>;

/// A model's values less the mean of the others' on the same question.
Values excess(std::span<const Familiarity> models, std::size_t m, Values Familiarity::*values) {
  Values out = models[m].*values;
  if (models.size() < 2) return out;
  const auto others = static_cast<double>(models.size() - 1);
  for (std::size_t o = 0; o < models.size(); ++o) {
    if (o == m) continue;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] -= (models[o].*values)[i] / others;
  }
  return out;
}

Values known_by_heart(const Familiarity& model) {
  Values known;
  for (const double value : model.test) known.push_back(value > kByHeart ? 1 : 0);
  return known;
}

double ahead(std::span<const Familiarity> models, std::size_t m) {
  const Values test = excess(models, m, &Familiarity::test);
  const Values searched = excess(models, m, &Familiarity::searched);
  const double error = std::hypot(standard_error(test), standard_error(searched));
  return error > 0 ? (mean_of(test) - mean_of(searched)) / error : 0;
}

std::string sentence(const FamiliarityNote& note, double fewest) {
  if (note.ahead > kFarAhead) {
    return fmt::format(
        "{} finds the sealed questions more familiar than the search questions, by {:.1f} standard errors "
        "beside the other sources: it may have been trained on them",
        note.model, note.ahead);
  }
  return fmt::format(
      "{} seems to know {:.0f} % of the sealed questions by heart, another source {:.0f} %: it may have been "
      "trained on them, or they are easy to foretell",
      note.model, 100 * note.by_heart, 100 * fewest);
}

}  // namespace

double min_k(std::span<const double> log_probabilities, double share) {
  if (log_probabilities.empty()) throw Error("Min-K % of no tokens");
  Values sorted(log_probabilities.begin(), log_probabilities.end());
  std::sort(sorted.begin(), sorted.end());
  const auto count = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return mean_of(std::span(sorted).first(std::max<std::size_t>(1, count)));
}

std::vector<FamiliarityNote> compare_familiarity(std::span<const Familiarity> models) {
  std::vector<FamiliarityNote> notes;
  std::vector<Values> known;
  for (std::size_t m = 0; m < models.size(); ++m) {
    known.push_back(known_by_heart(models[m]));
    notes.push_back({.model = models[m].model,
                     .test = mean_of(models[m].test),
                     .searched = mean_of(models[m].searched),
                     .ahead = ahead(models, m),
                     .by_heart = mean_of(known.back()),
                     .suspicious = false,
                     .text = {}});
  }
  const auto fewest =
      static_cast<std::size_t>(std::min_element(notes.begin(), notes.end(),
                                                [](const FamiliarityNote& a, const FamiliarityNote& b) {
                                                  return a.by_heart < b.by_heart;
                                                }) -
                               notes.begin());
  for (std::size_t m = 0; m < notes.size(); ++m) {
    const Discordant pairs = *discordant(known[m], known[fewest]);
    const bool by_heart = pairs.wins > pairs.losses && mcnemar_exact(pairs) < kBeyondChance;
    notes[m].suspicious = notes[m].ahead > kFarAhead || by_heart;
    if (notes[m].suspicious) notes[m].text = sentence(notes[m], notes[fewest].by_heart);
  }
  return notes;
}

}  // namespace tsugi::eval
