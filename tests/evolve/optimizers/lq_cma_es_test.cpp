// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "evolve/optimizers/surrogate/lq_run.h"
#include "evolve/random.h"
#include "tests/evolve/optimizers/functions.h"

namespace tsugi::evolve {
namespace {

nlohmann::json record() {
  return nlohmann::json::parse(std::ifstream(TSUGI_ROOT "/tests/golden/lq.json"));
}

// Wikipedia's way of counting by hand: of the ten pairs eight agree, one disagrees, one ties in y.
TEST(Kendall, OfAWorkedExample) {
  EXPECT_DOUBLE_EQ(kendall_tau({1, 2, 3, 4, 5}, {1, 2, 4, 3, 4}), 7 / std::sqrt(10.0 * 9.0));
  EXPECT_EQ(kendall_tau({1, 1, 1}, {1, 2, 3}), 0);
}

// From four points (linear, too few) to thirty (fully quadratic).
TEST(LqModel, IsPycmas) {
  const nlohmann::json all = record()["models"];
  for (const auto& recorded : all) {
    const auto points = recorded["points"].get<std::vector<Point>>();
    const auto values = recorded["values"].get<std::vector<double>>();
    SCOPED_TRACE(points.size());
    LqModel model(3, 0);
    for (std::size_t i = 0; i < points.size(); ++i) model.add(points[i], values[i]);
    model.fit();
    // Two ways to solve least squares whose rows have a condition below 1e4 agree to 1e-16 * 1e8.
    EXPECT_NEAR(model.kendall(15), recorded["kendall"].get<double>(), 1e-12);
    const auto modelled = recorded["modelled"].get<std::vector<double>>();
    for (std::size_t i = 0; i < points.size(); ++i) {
      Point moved = points[i];
      for (double& x : moved) x += 0.1;
      EXPECT_NEAR(model(moved), modelled[i], 1e-8 * (1 + std::abs(modelled[i])));
    }
    const auto best = recorded["best"].get<Point>();
    for (std::size_t i = 0; i < best.size(); ++i) {
      EXPECT_NEAR(model.best()[i], best[i], 1e-6 * (1 + std::abs(best[i])));
    }
  }
}

TEST(LqModel, FindsTheBestOfAQuadraticFunction) {
  LqModel model(3, 0);
  DrawStream draws(1, 0, 0);
  for (int i = 0; i < 30; ++i) {
    const Point x = {draws.normal(), draws.normal(), draws.normal()};
    model.add(x, std::pow(x[0] - 1.2, 2) + 100 * std::pow(x[1] + 0.3, 2) + std::pow(x[2] + x[0], 2));
  }
  model.fit();
  const Point best = model.best();
  EXPECT_NEAR(best[0], 1.2, 1e-9);
  EXPECT_NEAR(best[1], -0.3, 1e-9);
  EXPECT_NEAR(best[2], -1.2, 1e-9);
}

std::size_t evaluations(test::Function function, std::size_t genes, std::uint64_t seed) {
  LqRun run(Point(genes, 0.1), 0.1, std::nullopt, std::numeric_limits<double>::infinity(), seed);
  for (std::size_t count = 0; count < 20'000;) {
    std::vector<double> values;
    for (const Point& point : run.wanted()) {
      values.push_back(function(point));
      ++count;
      if (values.back() < 1e-8) return count;
    }
    run.tell(test::trials_of(values));
  }
  return 20'000;
}

TEST(LqCmaEs, NeedsAsFewEvaluationsAsPycma) {
  const std::map<std::string, test::Function> functions = {
      {"sphere", test::sphere}, {"ellipsoid", test::ellipsoid}, {"rosenbrock", test::rosenbrock}};
  const nlohmann::json all = record()["evaluations"];
  for (const auto& row : all) {
    const auto name = row["function"].get<std::string>();
    const auto genes = row["genes"].get<std::size_t>();
    std::vector<std::size_t> ours;
    for (std::uint64_t seed = 1; seed <= 15; ++seed) {
      ours.push_back(evaluations(functions.at(name), genes, seed));
    }
    const auto theirs =
        static_cast<double>(test::spread_of(row["counts"].get<std::vector<std::size_t>>()).median);
    const double ratio = test::ratio_printed(
        "lq_cma_es", fmt::format("pycma's fmin_lq_surr2: {}, {} genes, evaluations to 1e-8", name, genes),
        theirs, static_cast<double>(test::spread_of(ours).median));
    EXPECT_NEAR(ratio, 1, 0.1) << name << ' ' << genes;
  }
}

}  // namespace
}  // namespace tsugi::evolve
