// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Recipes in the forms of mergekit's README and examples (tests/recipes/mergekit), planned over small models
// of the names they use. Expected numbers follow mergekit's rules by hand: a gradient of n points at layer i
// of L has position i / (L - 1) * (n - 1).
#include <fmt/format.h>

#include <cmath>
#include <set>

#include "recipes/recipe_graph.h"
#include "tests/support/plan_fixture.h"

namespace tsugi::tests {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

const fs::path kExamples = fs::path(TSUGI_ROOT) / "tests/recipes/mergekit";

class MergekitExamples : public testing::Test {
 protected:
  MergekitExamples() {
    float value = 1;
    for (const char* name : {"base", "orca", "platypus", "math"}) {
      TinyModel::llama(8, value).write(folder / "hub" / (std::string(name) + "-13b"));
      value *= 2;
    }
  }

  /// As if the recipe lay in the folder.
  recipes::RecipeGraph graph(const std::string& name) const {
    return recipes::parse_recipe_graph(read_text(kExamples / (name + ".yaml")),
                                       (folder / (name + ".yaml")).string());
  }
  merge::MergePlan plan(const std::string& name) const {
    merge::CheckpointStore store;
    return merge::plan_merge(graph(name).final_step(), store);
  }

  static const merge::PlannedTensor& tensor(const merge::MergePlan& plan, const std::string& name) {
    for (const merge::PlannedTensor& tensor : plan.tensors) {
      if (tensor.output.name == name) return tensor;
    }
    throw std::logic_error("no tensor " + name);
  }
  static std::string up(int layer) { return fmt::format("model.layers.{}.mlp.up_proj.weight", layer); }
  static std::string q(int layer) { return fmt::format("model.layers.{}.self_attn.q_proj.weight", layer); }

  TemporaryFolder folder;
};

// No example lies around untested, and all plan; the names are those of the tests below.
TEST_F(MergekitExamples, AllPlan) {
  std::set<std::string> seen;
  for (const auto& entry : fs::directory_iterator(kExamples)) {
    const std::string name = entry.path().stem().string();
    seen.insert(name);
    if (name == "multi") continue;  // needs results of its own first
    EXPECT_FALSE(plan(name).tensors.empty()) << name;
  }
  EXPECT_THAT(seen, ElementsAre("dare_ties", "gradient_slerp", "linear", "model_stock", "modules", "multi",
                                "nuslerp", "passthrough_stack", "task_arithmetic", "ties"));
}

TEST_F(MergekitExamples, GradientSlerp) {
  const merge::MergePlan p = plan("gradient_slerp");
  const auto t = [&](const std::string& name) { return tensor(p, name).settings.global.at(0); };
  EXPECT_EQ(t(q(0)), 0);
  EXPECT_NEAR(t(q(1)), 0.5 * 4 / 7, 1e-12);                         // position 4/7
  EXPECT_NEAR(t(q(4)), 0.3 + (0.7 - 0.3) * (16.0 / 7 - 2), 1e-12);  // position 16/7
  EXPECT_EQ(t(q(7)), 1);
  EXPECT_EQ(t(up(0)), 1);
  EXPECT_NEAR(t(up(6)), 0.3 - 0.3 * (24.0 / 7 - 3), 1e-12);  // position 24/7
  EXPECT_EQ(t("model.embed_tokens.weight"), 0.5);
  EXPECT_EQ(t("model.norm.weight"), 0.5);
  EXPECT_EQ(tensor(p, q(3)).output.dtype, DType::F16);
  EXPECT_EQ(p.config.layers(), 8U);
}

TEST_F(MergekitExamples, Ties) {
  const merge::MergePlan p = plan("ties");
  const merge::Method& ties = *merge::find_method("ties");
  const auto value = [&](const std::string& name, std::size_t model, const std::string& parameter) {
    std::size_t place = 0;
    for (const merge::Parameter& row : ties.parameters) {
      if (row.scope != merge::Scope::per_model) continue;
      if (row.name == parameter) return tensor(p, name).settings.per_model.at(model).at(place);
      ++place;
    }
    throw std::logic_error("no parameter " + parameter);
  };
  EXPECT_EQ(tensor(p, up(0)).models.size(), 3U);
  EXPECT_EQ(value(up(0), 0, "density"), 1);
  EXPECT_NEAR(value(up(5), 0, "density"), 0.7 + (0.1 - 0.7) * (10.0 / 7 - 1), 1e-12);
  EXPECT_NEAR(value(up(7), 0, "density"), 0.1, 1e-12);
  EXPECT_NEAR(value(q(3), 1, "weight"), 0.3 + (0.7 - 0.3) * (9.0 / 7 - 1), 1e-12);
  EXPECT_EQ(value(up(3), 2, "weight"), 0.5);
  EXPECT_EQ(value(q(3), 2, "weight"), 0);
  EXPECT_EQ(value(q(3), 2, "density"), 0.33);
}

TEST_F(MergekitExamples, Linear) {
  const merge::MergePlan p = plan("linear");
  MemorySink sink;
  merge::execute(p, sink, {.concurrency = merge::Concurrency::serial});
  const double mean = (2 * 1.0 + 4 * 0.3 + 8 * 0.5) / 1.8;
  EXPECT_NEAR(sink.values.at(up(3)).at(0), mean, mean * 0x1p-11);  // half a step of float16
}

TEST_F(MergekitExamples, PassthroughStack) {
  const merge::MergePlan p = plan("passthrough_stack");
  EXPECT_EQ(p.config.layers(), 12U);
  EXPECT_EQ(p.tensors.size(), 2 + 12 * 2U);
  EXPECT_EQ(tensor(p, up(5)).models.at(0)->name, up(5));
  EXPECT_EQ(tensor(p, up(6)).models.at(0)->name, up(2));
  EXPECT_EQ(tensor(p, up(11)).models.at(0)->name, up(7));
  EXPECT_EQ(tensor(p, "model.norm.weight").origins.models.at(0).name, "hub/platypus-13b");
  EXPECT_EQ(tensor(p, "model.embed_tokens.weight").origins.models.at(0).name, "hub/orca-13b");
}

TEST_F(MergekitExamples, TaskArithmetic) {
  const merge::MergePlan p = plan("task_arithmetic");
  ASSERT_NE(tensor(p, up(3)).base, nullptr);
  MemorySink sink;
  merge::execute(p, sink, {.concurrency = merge::Concurrency::serial});
  const double expected = 1 + 0.7 * (2 - 1) - 0.2 * (8 - 1);
  EXPECT_NEAR(sink.values.at(up(3)).at(0), expected, std::abs(expected) * 0x1p-8);  // half a step of bfloat16
}

TEST_F(MergekitExamples, DareTiesModelStockAndNuslerpHaveTheirModels) {
  for (const auto& [name, models] :
       {std::pair("dare_ties", 2U), std::pair("model_stock", 3U), std::pair("nuslerp", 2U)}) {
    const merge::MergePlan p = plan(name);
    EXPECT_NE(tensor(p, up(3)).base, nullptr) << name;
    EXPECT_EQ(tensor(p, up(3)).models.size(), models) << name;
    EXPECT_EQ(tensor(p, up(3)).output.dtype, DType::BF16) << name;
    EXPECT_EQ(tensor(p, up(3)).method->name, name);
  }
}

TEST_F(MergekitExamples, Modules) {
  const merge::MergePlan p = plan("modules");
  EXPECT_EQ(p.config.layers(), 4U);
  EXPECT_EQ(tensor(p, up(1)).models.at(1)->name, up(5));
  EXPECT_EQ(tensor(p, up(1)).output.dtype, DType::F16);
}

TEST_F(MergekitExamples, Multi) {
  const recipes::RecipeGraph steps = graph("multi");
  std::vector<std::string> names;
  for (const recipes::Recipe& step : steps.steps) {
    names.push_back(step.name);
    merge::CheckpointStore store;
    const merge::MergePlan p = merge::plan_merge(step, store);
    TinyModel written = TinyModel::llama(static_cast<int>(p.config.layers()), 0);
    EXPECT_EQ(p.tensors.size(), written.tensors.size()) << step.name;
    if (!step.name.empty()) written.write(folder / step.name);
  }
  EXPECT_THAT(names, ElementsAre("tuned", "stack", "even", ""));
}

}  // namespace
}  // namespace tsugi::tests
