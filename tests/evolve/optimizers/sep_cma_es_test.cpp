// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/evolve/optimizers/counts.h"
#include "tests/evolve/optimizers/golden.h"

namespace tsugi::evolve {
namespace {

TEST(SepCmaEs, EveryTellGivesPycmasState) {
  const nlohmann::json run = test::recorded_run("separable_6.json");
  const CmaParameters p = separable_parameters(6);
  ASSERT_EQ(p.population, run["population"].get<std::size_t>());
  Distribution d = distribution_at(run["before"]["mean"].get<std::vector<double>>(), 0.1);
  for (const auto& tell : run["tells"]) {
    SCOPED_TRACE(d.generation);
    separable_update(p, d, tell["inner"].get<std::vector<Point>>(),
                     test::order_of(tell["values"].get<std::vector<double>>()));
    const auto& after = tell["after"];
    EXPECT_NEAR(d.sigma / after["sigma"].get<double>(), 1, 1e-10);
    test::expect_near(d.mean, after["mean"], "mean");
    test::expect_near(d.scaling, after["scaling"], "scaling");
    test::expect_near(d.ps, after["ps"], "ps");
    test::expect_near(d.pc, after["pc"], "pc");
  }
}

// Specification, section 6.7. The rest of its table is in long/.
TEST(SepCmaEs, NeedsAsManyEvaluationsAsPycmaInTenDimensions) {
  for (const test::Reference& row : test::kSeparable) {
    if (row.dimension > 10) continue;
    EXPECT_NEAR(test::ratio_of_medians(row, test::separable_evaluations), 1, 0.05) << row.name;
  }
}

}  // namespace
}  // namespace tsugi::evolve
