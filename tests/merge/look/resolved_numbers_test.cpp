// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/look/resolved_numbers.h"

#include <gmock/gmock.h>

#include "tests/support/plan_fixture.h"

namespace tsugi::tests {
namespace {

using merge::ResolvedNumbers;
using merge::ResolvedParameter;
using testing::ElementsAre;

class Resolved : public PlanFixture {
 protected:
  static const ResolvedParameter& parameter(const ResolvedNumbers& numbers, const std::string& name,
                                            const std::string& model) {
    for (const ResolvedParameter& one : numbers.parameters) {
      if (one.row->name == name && one.model.find(model) != std::string::npos) return one;
    }
    throw std::logic_error("no parameter " + name);
  }
};

TEST_F(Resolved, EveryLayerRoleAndModel) {
  const merge::MergePlan made = plan(R"(
merge_method: linear
models:
  - model: "@a"
    parameters:
      weight:
        - filter: mlp
          value: [0, 3]
        - value: 1
  - model: "@b"
    parameters: {weight: 2}
)");
  const ResolvedNumbers numbers = resolve_numbers(made, *merge::find_method("linear"));
  EXPECT_THAT(numbers.places, ElementsAre("before", "layer 0", "layer 1", "layer 2", "layer 3", "after"));
  EXPECT_THAT(numbers.roles, ElementsAre("embed", "mlp.up", "attn.q", "norm.final"));
  EXPECT_TRUE(numbers.copied.empty());
  const ResolvedParameter& a = parameter(numbers, "weight", "/a");
  EXPECT_FALSE(a.constant().has_value());
  for (std::size_t layer = 0; layer < 4; ++layer) {
    const auto& mlp = a.cells[layer + 1][1];
    ASSERT_TRUE(mlp.has_value());
    EXPECT_EQ(mlp->low, static_cast<double>(layer));  // [0, 3] over four layers
    EXPECT_EQ(mlp->high, mlp->low);
    EXPECT_EQ(mlp->tensors, 1U);
    EXPECT_EQ(mlp->origin.line, 7);
    EXPECT_EQ(a.cells[layer + 1][2]->low, 1);
    EXPECT_EQ(a.cells[layer + 1][2]->origin.line, 9);
    EXPECT_FALSE(a.cells[layer + 1][0].has_value());
  }
  EXPECT_EQ(parameter(numbers, "weight", "/b").constant(), 2);
  EXPECT_EQ(parameter(numbers, "normalize", "").constant(), 1);
  EXPECT_EQ(parameter(numbers, "normalize", "").cells[0][0]->origin.line, 0);  // the default
}

TEST_F(Resolved, TensorsOfOneRoleMayDiffer) {
  for (const char* name : {"a", "b"}) {
    TinyModel model = TinyModel::llama(1, 1);
    model.fill("model.layers.0.experts.0.w.weight", {2, 2}, 1);
    model.fill("model.layers.0.experts.1.w.weight", {2, 2}, 1);
    write(name, model);
  }
  const merge::MergePlan made = plan(R"(
merge_method: linear
models:
  - model: "@a"
    parameters:
      weight:
        - filter: experts.1
          value: 4
        - value: 1
  - model: "@b"
    parameters: {weight: 1}
)");
  const ResolvedNumbers numbers = resolve_numbers(made, *merge::find_method("linear"));
  const auto role = std::find(numbers.roles.begin(), numbers.roles.end(), "experts.*.w");
  ASSERT_NE(role, numbers.roles.end());
  const auto& cell =
      parameter(numbers, "weight", "/a").cells[1][static_cast<std::size_t>(role - numbers.roles.begin())];
  ASSERT_TRUE(cell.has_value());
  EXPECT_EQ(cell->tensors, 2U);
  EXPECT_EQ(cell->low, 1);
  EXPECT_EQ(cell->high, 4);
  // Roles with the same numbers stand together: all but the experts.
  EXPECT_EQ(alike_roles(parameter(numbers, "weight", "/b")).size(), 3U);  // before, the layer, after
}

}  // namespace
}  // namespace tsugi::tests
