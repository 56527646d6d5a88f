// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// NaN and infinities: shown by tsugi inspect --values, refused by a merge, with tensor and count.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "tests/support/run_program.h"
#include "tests/support/tiny_model.h"

namespace tsugi::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Json = nlohmann::json;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr const char* kUp = "model.layers.0.mlp.up_proj.weight";
constexpr const char* kLinear =
    "merge_method: linear\nmodels:\n  - model: a\n    parameters: {weight: 1}\n  - model: b\n    parameters: "
    "{weight: 1}\n";

class BadValues : public testing::Test {
 protected:
  BadValues() {
    TinyModel model = TinyModel::llama(2, 1);
    model.tensors[kUp].values = {1, -2, kNan, 4, kInfinity, 0};  // [3, 2]
    model.write(folder_ / "a");
    TinyModel::llama(2, 3).write(folder_ / "b");
    folder_.write("recipe.yaml", kLinear);
  }

  TemporaryFolder folder_;
};

TEST_F(BadValues, InspectCountsByRole) {
  const Finished run = run_program({"inspect", "a", "--values", "--json"}, folder_.path());
  ASSERT_EQ(run.code, 0) << run.err;
  const std::size_t second = run.out.find('\n') + 1;
  const Json said = Json::parse(run.out.substr(second));
  for (const Json& row : said["by_role"]) {
    const bool up = row["role"] == "mlp.up";
    EXPECT_EQ(row["nan"], up ? 1 : 0) << row;
    EXPECT_EQ(row["infinite"], up ? 1 : 0) << row;
    if (!up) continue;
    EXPECT_EQ(row["tensors"], 2);
    EXPECT_EQ(row["values"], 12);
    EXPECT_EQ(row["lowest"], -2);
    EXPECT_EQ(row["highest"], 4);
    EXPECT_EQ(row["zeros"], 1);
    // Ten finite values: 1 4 16 0 and six ones.
    EXPECT_DOUBLE_EQ(row["rms"].get<double>(), std::sqrt(27.0 / 10));
  }
}

TEST_F(BadValues, InspectSaysWhereAndWhatLooksUninitialised) {
  const Finished run = run_program({"inspect", "a", "--values"}, folder_.path());
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("tensor 'model.layers.0.mlp.up_proj.weight': 1 NaN and 1 infinite of 6 "
                                 "values, the first at element 2 [row 1, column 0]"));
  EXPECT_THAT(run.out, HasSubstr("every value is 1: looks uninitialised"));
}

TEST_F(BadValues, AMergeRefusesThemInAnInput) {
  const Finished run = run_program({"merge", "recipe.yaml", "out", "--quiet"}, folder_.path());
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("tensor 'model.layers.0.mlp.up_proj.weight': 1 NaN and 1 infinite of 6"));
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  EXPECT_FALSE(fs::exists(folder_ / ".out.tsugi-partial"));
}

TEST_F(BadValues, AMergeRefusesThemInItsOutput) {
  TinyModel model = TinyModel::llama(2, 1);
  model.tensors[kUp].values = {1, 131072, 131072, 4, 5, 0};  // float16 ends at 65504
  model.write(folder_ / "a");
  folder_.write("recipe.yaml", std::string(kLinear) + "out_dtype: float16\n");
  const Finished run = run_program({"merge", "recipe.yaml", "out", "--quiet"}, folder_.path());
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("tensor 'model.layers.0.mlp.up_proj.weight': 2 of 6 merged values are "
                                 "infinite or NaN as F16"));
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  EXPECT_FALSE(fs::exists(folder_ / ".out.tsugi-partial"));
}

TEST_F(BadValues, ValuesOfARunAreRefused) {
  folder_.write("run/result.json", "{}");
  const Finished run = run_program({"inspect", "run", "--values"}, folder_.path());
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("--values: run is a run, not a model"));
}

}  // namespace
}  // namespace tsugi::tests
