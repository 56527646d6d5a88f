// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/evolve/optimizers/functions.h"

namespace tsugi::evolve {
namespace {

constexpr std::size_t kMostEvaluations = 100'000;  // where a run is given up as caught in a local optimum

std::vector<std::size_t> recorded(const nlohmann::json& counts) {
  std::vector<std::size_t> all;
  for (const auto& count : counts)
    all.push_back(count.is_null() ? kMostEvaluations : count.get<std::size_t>());
  return all;
}

// In [-5, 5]^10 to a value below 1e-8, by whole generations.
std::size_t evaluations(test::Function function, double population, std::uint64_t seed) {
  // The start is a member of the first generation; a corner keeps the best place from being given away.
  const auto optimizer =
      start_optimizer(*find_optimizer("de"),
                      {.start = Point(10, 0.0), .seed = seed, .options = {{"population", population}}});
  for (std::size_t count = 0; count < kMostEvaluations;) {
    std::vector<Point> points = optimizer->ask();
    count += points.size();
    for (Point& point : points) {
      for (double& x : point) x = -5 + 10 * x;
    }
    const std::vector<double> values = test::values_of(function, points);
    if (*std::min_element(values.begin(), values.end()) < 1e-8) return count;
    optimizer->tell(test::trials_of(values));
  }
  return kMostEvaluations;
}

TEST(De, NeedsAsManyEvaluationsAsMinionsLShade) {
  const auto record = nlohmann::json::parse(std::ifstream(TSUGI_ROOT "/tests/golden/de.json"));
  const std::pair<const char*, test::Function> functions[] = {{"sphere", test::sphere},
                                                              {"ellipsoid", test::ellipsoid},
                                                              {"rosenbrock", test::rosenbrock},
                                                              {"rastrigin", test::rastrigin}};
  for (const auto& [name, function] : functions) {
    std::vector<std::size_t> ours;
    for (std::uint64_t seed = 1; seed <= 15; ++seed) {
      ours.push_back(evaluations(function, record["population"], seed));
    }
    const auto theirs = test::spread_of(recorded(record["evaluations"][name]));
    const double ratio = test::ratio_printed(
        "de", fmt::format("minionpy's L-SHADE: {}, 10 genes, 50 members, evaluations to 1e-8", name),
        static_cast<double>(theirs.median), static_cast<double>(test::spread_of(ours).median));
    EXPECT_NEAR(ratio, 1, 0.1) << name;
  }
}

}  // namespace
}  // namespace tsugi::evolve
