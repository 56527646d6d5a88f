// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// tsugi explain, as users run it. Expected numbers are those of numpy.interp(layer / 7, linspace(0, 1, 5),
// points), which is how mergekit reads a gradient.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/run_program.h"

namespace tsugi::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

const std::string kSlerp = (fs::path(TSUGI_ROOT) / "recipes" / "library" / "slerp.yaml").string();
const std::string kTies = (fs::path(TSUGI_ROOT) / "recipes" / "library" / "ties.yaml").string();

double number(const Json& parameter, const std::string& place, const std::string& role) {
  for (const Json& row : parameter["values"]) {
    if (row["place"] == place && row["role"] == role) return row["value"];
  }
  ADD_FAILURE() << "no value for " << place << " " << role;
  return -1;
}

TEST(Explain, GradientsAndFiltersByLayerAndRole) {
  const Finished run = run_program({"explain", kSlerp, "--json"});
  ASSERT_EQ(run.code, 0) << run.err;
  const Json said = Json::parse(run.out);
  ASSERT_EQ(said["parameters"].size(), 1U);
  const Json& t = said["parameters"][0];
  EXPECT_EQ(t["name"], "t");
  const double attention[] = {0, 2.0 / 7, 3.3 / 7, 2.5 / 7, 2.9 / 7, 4.5 / 7, 5.8 / 7, 1};
  for (int layer = 0; layer < 8; ++layer) {
    const std::string place = "layer " + std::to_string(layer);
    EXPECT_NEAR(number(t, place, "attn.q"), attention[layer], 1e-12) << place;
    EXPECT_NEAR(number(t, place, "mlp.down"), 1 - attention[layer], 1e-12) << place;
    EXPECT_EQ(number(t, place, "norm.mlp"), 0.5) << place;
  }
  EXPECT_EQ(number(t, "before", "embed"), 0.5);
}

TEST(Explain, TableSaysLinesAndRoles) {
  const Finished run = run_program({"explain", kSlerp});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("slerp.yaml:12, :14, :16)"));
  EXPECT_THAT(run.out, HasSubstr("layer 1                         0.5     0.714286   0.285714"));
  EXPECT_THAT(run.out, HasSubstr("mlp.down +2: mlp.down, mlp.gate, mlp.up"));
  EXPECT_THAT(run.out, Not(HasSubstr("█"))) << "no terminal, no shades";
  EXPECT_THAT(run_program({"explain", kSlerp, "--heat"}).out, HasSubstr("mlp.down +2         |·█▓▒▓▒░  ·|"));
}

TEST(Explain, ConstantsAreOneLine) {
  const Finished run = run_program({"explain", kTies});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("density of ../pocket/math = 0.7 everywhere ("));
  EXPECT_THAT(run.out, HasSubstr("lambda = 1 everywhere (default)"));
  EXPECT_THAT(run.out, HasSubstr("normalize = true everywhere ("));
  EXPECT_THAT(run.out, Not(HasSubstr("layer 0")));
}

TEST(Explain, ErrorsAreThoseOfMerge) {
  const TemporaryFolder folder;
  folder.write("recipe.yaml", "merge_method: linear\nmodels:\n  - model: nowhere\n");
  const Finished run = run_program({"explain", "recipe.yaml"}, folder.path());
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err, run_program({"merge", "recipe.yaml", "out"}, folder.path()).err);
}

}  // namespace
}  // namespace tsugi::tests
