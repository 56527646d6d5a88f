// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Every merge method of the table can be searched by the numbers of its own table, down to merged tensors.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "evolve/genomes/weight_space.h"
#include "merge/parallel.h"
#include "tests/support/input_error.h"
#include "tests/support/plan_fixture.h"

namespace tsugi::evolve {
namespace {

using merge::Base;
using testing::HasSubstr;

class WeightRegistry : public tests::PlanFixture {
 protected:
  recipes::GenomeSpec spec_of(const merge::Method& method) const {
    recipes::GenomeSpec spec;
    spec.merge_method = method.name;
    for (const char* name : {"a", "b"}) {
      if (spec.models.size() < method.traits.max_models)
        spec.models.push_back({.text = (folder / name).string(), .mark = {}});
    }
    if (method.traits.base != Base::unused)
      spec.base_model = recipes::ModelReference{.text = (folder / "base").string(), .mark = {}};
    return spec;
  }

  static ModelFamily family() {
    return {.layers = 4,
            .before = {"model.embed_tokens.weight"},
            .after = {"model.norm.weight"},
            .dtype = DType::F32,
            .seed = 3,
            .tensors = {}};
  }

  // The number that the planned tensor goes by.
  static double planned(const merge::PlannedTensor& tensor, const merge::Parameter& parameter) {
    std::size_t at = 0;
    for (const merge::Parameter& other : tensor.method->parameters) {
      if (other.name == parameter.name) break;
      at += other.scope == parameter.scope ? 1 : 0;
    }
    return parameter.scope == merge::Scope::global ? tensor.settings.global.at(at)
                                                   : tensor.settings.per_model.at(0).at(at);
  }

  // `values` as a recipe, which survives being written and read, planned and merged.
  void expect_merges(const WeightSpace& space, const merge::Method& method,
                     const std::vector<double>& values) {
    const recipes::Recipe recipe = space.decode(values);
    EXPECT_TRUE(recipe == recipes::parse_recipe(recipes::to_yaml(recipe), "recipe.yaml"));
    merge::CheckpointStore store;
    const merge::MergePlan plan = merge::plan_merge(recipe, store);
    const merge::PlannedTensor& first = tensor(plan, "model.layers.0.mlp.up_proj.weight");
    for (std::size_t i = 0; i < space.genes().size(); ++i) {
      for (const merge::Parameter& parameter : method.parameters) {
        const std::string& name = space.genes()[i].name;
        if (name != fmt::format("layers 0-3 a {}", parameter.name) &&
            name != fmt::format("layers 0-3 {}", parameter.name))
          continue;
        EXPECT_EQ(planned(first, parameter), values[i]) << name;
      }
    }
    tests::MemorySink sink;
    merge::execute(plan, sink, {.concurrency = merge::Concurrency::serial});
    EXPECT_EQ(sink.values.size(), 2U + 4U * 2U);
    for (const auto& [name, numbers] : sink.values) {
      for (const float number : numbers) EXPECT_TRUE(std::isfinite(number)) << name;
    }
  }

  void expect_merges_everywhere(const recipes::GenomeSpec& spec, const merge::Method& method) {
    const WeightSpace space(spec, family());
    std::vector<double> low;
    std::vector<double> high;
    for (const Gene& gene : space.genes()) {
      EXPECT_LE(gene.low, gene.start) << gene.name;
      EXPECT_LE(gene.start, gene.high) << gene.name;
      low.push_back(value_at(gene, 0));
      high.push_back(value_at(gene, 1));
      EXPECT_DOUBLE_EQ(low.back(), gene.low);
      EXPECT_DOUBLE_EQ(high.back(), gene.high);
    }
    expect_merges(space, method, start_values(space));
    expect_merges(space, method, high);
    // One model's numbers at the other end: weights of which all are 0 have no share to give.
    for (std::size_t i = 0; i < low.size(); ++i) {
      if (space.genes()[i].name.starts_with("layers 0-3 b ")) std::swap(low[i], high[i]);
    }
    expect_merges(space, method, low);
    expect_merges(space, method, high);
    expect_merges(space, method, space.baselines().front().genes);
  }
};

TEST_F(WeightRegistry, EveryMethodIsSearchedByItsOwnTable) {
  for (const merge::Method& method : merge::methods()) {
    SCOPED_TRACE(method.name);
    recipes::GenomeSpec spec = spec_of(method);
    const bool searched =
        std::any_of(method.parameters.begin(), method.parameters.end(), [](const merge::Parameter& row) {
          return !row.standard || (row.scope == merge::Scope::per_model && row.kind == merge::Kind::number);
        });
    if (searched) {
      expect_merges_everywhere(spec, method);
    } else {
      EXPECT_THAT(tests::message_of([&] { WeightSpace(spec, family()); }),
                  HasSubstr(method.parameters.empty()
                                ? fmt::format("{} has no parameter to search", method.name)
                                : fmt::format("every parameter of {} has a default, and none is asked for",
                                              method.name)));
    }
    for (const merge::Parameter& row : method.parameters) spec.ranges[std::string(row.name)] = {};
    if (!spec.ranges.empty()) expect_merges_everywhere(spec, method);
  }
}

TEST_F(WeightRegistry, WholeNumbersAndSwitchesTakeSteps) {
  recipes::GenomeSpec spec = spec_of(*merge::find_method("karcher"));
  spec.ranges["max_iter"] = {};
  const WeightSpace steps(spec, family());
  ASSERT_EQ(steps.genes().size(), 1U);
  EXPECT_EQ(steps.genes()[0].levels, 20U);  // 1 to 20
  EXPECT_EQ(value_at(steps.genes()[0], 0.49), 10);
  spec = spec_of(*merge::find_method("model_stock"));
  spec.ranges["filter_wise"] = {};
  const WeightSpace flag(spec, family());
  EXPECT_EQ(flag.genes()[0].levels, 2U);
  EXPECT_EQ(value_at(flag.genes()[0], 0.51), 1);
}

}  // namespace
}  // namespace tsugi::evolve
