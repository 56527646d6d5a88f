// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/irt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "recipes/error.h"
#include "tests/support/recorded.h"

namespace tsugi::evolve {
namespace {

using testing::ElementsAre;

std::vector<double> picked(const std::vector<double>& row, const std::vector<std::size_t>& items) {
  std::vector<double> values;
  for (const std::size_t item : items) values.push_back(row[item]);
  return values;
}

std::vector<std::size_t> up_to(std::size_t count) {
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// tests/peers/record_irt.py finds the same by scipy. Both stop where the objective changes by 1e-10 of
// itself, on a maximum whose curvature is 1 or more: parameters are right to about sqrt(2e-10 * 600) = 3e-4,
// chances to a quarter of that.
TEST(Irt, AgreesWithPlainOptimisation) {
  constexpr double kTolerance = 3e-4;
  for (const auto& expected : tests::golden_json("irt.json")) {
    SCOPED_TRACE(expected["dimensions"]);
    const auto responses = expected["responses"].get<Responses>();
    const IrtModel model = fit_irt(responses, expected["dimensions"].get<std::size_t>());
    for (std::size_t r = 0; r < responses.size(); ++r) {
      for (std::size_t i = 0; i < responses[r].size(); ++i) {
        EXPECT_NEAR(model.probability(i, model.abilities[r]), expected["chances"][r][i].get<double>(),
                    kTolerance)
            << r << ' ' << i;
      }
    }
    for (std::size_t i = 0; i < model.difficulties.size(); ++i)
      EXPECT_NEAR(model.difficulties[i], expected["difficulties"][i].get<double>(), 10 * kTolerance) << i;
    const std::vector<std::size_t> all = up_to(model.difficulties.size());
    const Anchors anchors{.items = expected["anchors"].get<std::vector<std::size_t>>(),
                          .weights = expected["weights"].get<std::vector<double>>()};
    // Items with the same answers tie, so that rounding decides between their slopes: the recorded ones are
    // taken.
    IrtModel recorded = model;
    recorded.slopes = expected["slopes"].get<Responses>();
    recorded.difficulties = expected["difficulties"].get<std::vector<double>>();
    const Anchors chosen = choose_anchors(recorded, all, 10);
    EXPECT_EQ(chosen.items, anchors.items);
    EXPECT_EQ(chosen.weights, anchors.weights);
    const Responses parents(model.abilities.begin(), model.abilities.begin() + 3);
    const auto rows = expected["new"].get<Responses>();
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const std::vector<double> answers = picked(rows[k], anchors.items);
      const auto& estimates = expected["estimates"][k];
      EXPECT_NEAR(anchor_mean(anchors, answers), estimates["mean"].get<double>(), 1e-12);
      EXPECT_NEAR(p_irt(model, all, anchors, answers), estimates["p_irt"].get<double>(), kTolerance);
      EXPECT_NEAR(mp_irt(model, all, anchors, answers, parents), estimates["mp_irt"].get<double>(),
                  kTolerance);
    }
  }
}

// A model of known abilities, slopes and difficulties gives what it was drawn from, within the noise of 60
// answers an item: a standard error of a chance is at most 0.065.
TEST(Irt, FindsTheTruthOfASimulation) {
  std::mt19937_64 random(11);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) / 9007199254740992.0; };
  constexpr std::size_t kModels = 60;
  constexpr std::size_t kItems = 300;
  std::vector<double> ability(kModels);
  std::vector<double> slope(kItems);
  std::vector<double> difficulty(kItems);
  for (double& g : ability) g = 4 * uniform() - 2;
  for (double& a : slope) a = 0.5 + uniform();
  for (double& b : difficulty) b = 4 * uniform() - 2;
  const auto chance = [&](double g, std::size_t i) {
    return 1 / (1 + std::exp(difficulty[i] - slope[i] * g));
  };
  Responses responses(kModels, std::vector<double>(kItems));
  for (std::size_t r = 0; r < kModels; ++r) {
    for (std::size_t i = 0; i < kItems; ++i) responses[r][i] = uniform() < chance(ability[r], i) ? 1 : 0;
  }
  const IrtModel model = fit_irt(responses, 1);
  double error = 0;
  for (std::size_t r = 0; r < kModels; ++r) {
    for (std::size_t i = 0; i < kItems; ++i)
      error +=
          std::abs(model.probability(i, model.abilities[r]) - chance(ability[r], i)) / (kModels * kItems);
  }
  EXPECT_LT(error, 0.065);
  // 60 of 300 items say how good a new model is: its mean of 60 has a standard error of 0.06.
  const std::vector<std::size_t> all = up_to(kItems);
  const Anchors anchors = choose_anchors(model, all, 60);
  EXPECT_NEAR(std::accumulate(anchors.weights.begin(), anchors.weights.end(), 0.0), 1, 1e-12);
  double off = 0;
  constexpr int kNew = 40;
  for (int k = 0; k < kNew; ++k) {
    const double g = 3 * uniform() - 1.5;
    std::vector<double> row(kItems);
    for (std::size_t i = 0; i < kItems; ++i) row[i] = uniform() < chance(g, i) ? 1 : 0;
    const double truth = std::accumulate(row.begin(), row.end(), 0.0) / kItems;
    off += std::abs(p_irt(model, all, anchors, picked(row, anchors.items)) - truth) / kNew;
  }
  EXPECT_LT(off, 0.04);
}

TEST(Irt, ShareOfTheAnchorsMean) {
  EXPECT_DOUBLE_EQ(anchor_share(0.02, 0.16, 100), 0.0004 / (0.16 / 400 + 0.0004));  // one half
  EXPECT_DOUBLE_EQ(anchor_share(0, 0, 100), 0);
}

// Four clusters of one item, and more anchors asked for than there are items.
TEST(Irt, AnchorsAreItemsOnce) {
  IrtModel model;
  model.slopes = {{0}, {0}, {5}, {5}};
  model.difficulties = {0, 0.1, 0, 9};
  const Anchors few = choose_anchors(model, std::vector<std::size_t>{0, 1, 2, 3}, 3);
  EXPECT_THAT(few.items, ElementsAre(0, 2, 3));
  EXPECT_THAT(few.weights, ElementsAre(0.5, 0.25, 0.25));
  EXPECT_THAT(choose_anchors(model, std::vector<std::size_t>{1, 3}, 7).items, ElementsAre(1, 3));
}

TEST(Irt, RefusesWhatItCannotUse) {
  EXPECT_THROW(fit_irt({}, 1), Error);
  EXPECT_THROW(fit_irt({{1, 0}, {1}}, 1), Error);
  EXPECT_THROW(fit_irt({{1, 2}}, 1), Error);
  EXPECT_THROW(fit_irt({{1, NAN}}, 1), Error);
}

}  // namespace
}  // namespace tsugi::evolve
