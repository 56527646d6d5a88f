// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Groups of layers, sets by role, steps and rounding.
#include "evolve/genomes/weight_genes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evolve/genomes/weight_space.h"
#include "tests/support/input_error.h"

namespace tsugi::evolve {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using tests::message_of;

recipes::GenomeSpec spec_of(const std::string& genome) {
  return recipes::parse_search(
             "genome:\n  models: [a, b]\n  base_model: z\n  merge_method: ties\n" + genome + "tasks: [t]\n",
             "s.yaml")
      .genome;
}

// Two layers of a Llama, the second with a tensor that the family does not know.
ModelFamily family() {
  ModelFamily family{.layers = 2, .before = {"embed"}, .after = {"norm", "head"}, .dtype = {}, .tensors = {}};
  family.tensors = {{"embed", "embed", {}},
                    {"layers.0.self_attn.q_proj.weight", "attn.q", 0},
                    {"layers.0.self_attn.k_proj.weight", "attn.k", 0},
                    {"layers.0.mlp.up_proj.weight", "mlp.up", 0},
                    {"layers.0.input_layernorm.weight", "norm.attn", 0},
                    {"layers.1.self_attn.q_proj.weight", "attn.q", 1},
                    {"layers.1.self_attn.k_proj.weight", "attn.k", 1},
                    {"layers.1.mlp.up_proj.weight", "mlp.up", 1},
                    {"layers.1.input_layernorm.weight", "norm.attn", 1},
                    {"layers.1.extra", "", 1},
                    {"norm", "norm.final", {}},
                    {"head", "unembed", {}}};
  return family;
}

std::vector<std::string> names_of(const std::string& genome) {
  const WeightSpace space(spec_of(genome), family());
  std::vector<std::string> names;
  for (const Gene& gene : space.genes()) {
    if (gene.name.find(" a weight") != std::string::npos) names.push_back(gene.name);
  }
  return names;
}

std::string error_of(const std::string& genome) {
  return message_of([&] { WeightSpace(spec_of(genome), family()); });
}

TEST(LayerGroups, UnevenOnesAreGivenByTheirSizes) {
  const auto ends = [](const std::vector<LayerGroup>& groups) {
    std::vector<std::size_t> all;
    for (const LayerGroup& group : groups) all.push_back(group.end);
    return all;
  };
  recipes::GenomeSpec spec;
  EXPECT_THAT(ends(layer_groups(spec, 8)), ElementsAre(8));
  spec.layer_granularity = 3;
  EXPECT_THAT(ends(layer_groups(spec, 8)), ElementsAre(3, 6, 8));
  spec.layer_groups = {1, 2, 4, 1};
  EXPECT_THAT(ends(layer_groups(spec, 8)), ElementsAre(1, 3, 7, 8));
  EXPECT_THAT(names_of("  layer_groups: [1, 1]\n"),
              ElementsAre("layers 0-0 a weight", "layers 1-1 a weight"));
  EXPECT_EQ(
      error_of("  layer_groups: [1, 2]\n"),
      "s.yaml:5:17: layer_groups have 3 layers together, the models have 2; give each group's number of "
      "layers, from the first layer to the last");
}

TEST(Roles, HaveGenesWhereThereAreTensors) {
  // The embedding and the extra tensor are the rest, of the first and of the last group.
  EXPECT_THAT(
      names_of("  layer_granularity: 1\n  roles: [attn, mlp, norm, unembed]\n"),
      ElementsAre("layers 0-0 a weight (attn)", "layers 0-0 a weight (mlp)", "layers 0-0 a weight (norm)",
                  "layers 0-0 a weight", "layers 1-1 a weight (attn)", "layers 1-1 a weight (mlp)",
                  "layers 1-1 a weight (norm)", "layers 1-1 a weight", "outside a weight (unembed)"));
  EXPECT_THAT(
      names_of("  layer_granularity: 1\n  outside_layers: true\n  roles: [attn, mlp, norm]\n"),
      ElementsAre("layers 0-0 a weight (attn)", "layers 0-0 a weight (mlp)", "layers 0-0 a weight (norm)",
                  "layers 1-1 a weight (attn)", "layers 1-1 a weight (mlp)", "layers 1-1 a weight (norm)",
                  "layers 1-1 a weight", "outside a weight"));
}

TEST(Roles, BecomeFiltersOfTheRecipe) {
  const WeightSpace space(
      spec_of("  layer_granularity: 1\n  outside_layers: true\n  roles: [attn.q, embed]\n"), family());
  std::vector<double> values(space.genes().size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.01 * static_cast<double>(i + 1);
  const recipes::Recipe recipe = space.decode(values);
  const auto number = [&](std::size_t slice, const char* tensor) {
    return recipe.slices[slice].sources[1].parameters.at("weight").at(tensor, 0).value_or(-1);
  };
  const auto gene = [&](const std::string& name) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (space.genes()[i].name == name) return values[i];
    }
    return -2.0;
  };
  EXPECT_EQ(number(0, "layers.0.self_attn.q_proj.weight"), gene("layers 0-0 b weight (attn.q)"));
  EXPECT_EQ(number(0, "layers.0.self_attn.k_proj.weight"), gene("layers 0-0 b weight"));
  EXPECT_EQ(number(1, "layers.1.self_attn.q_proj.weight"), gene("layers 1-1 b weight (attn.q)"));
  EXPECT_EQ(number(1, "layers.1.extra"), gene("layers 1-1 b weight"));
  EXPECT_EQ(number(0, "embed"), gene("outside b weight (embed)"));
  EXPECT_EQ(number(1, "norm"), gene("outside b weight"));
  EXPECT_EQ(number(1, "head"), gene("outside b weight"));
}

TEST(Roles, SmoothHasPointsForEveryGroup) {
  const WeightSpace space(spec_of("  layer_granularity: 1\n  smooth: true\n  roles: [attn]\n"), family());
  const recipes::Recipe recipe = space.decode(std::vector<double>(space.genes().size(), 0.5));
  for (const recipes::Condition& condition : recipe.models[0].parameters.at("weight").conditions)
    EXPECT_EQ(condition.value.points.size(), 2U);
}

TEST(Roles, SayWhatIsWrongAndWhere) {
  EXPECT_EQ(error_of("  roles: [atn]\n"),
            "s.yaml:5:11: no tensor of these models has the role 'atn'; did you mean 'attn'?");
  EXPECT_EQ(error_of("  roles: [attn, attn.q]\n"),
            "s.yaml:5:17: roles before 'attn.q' have all its tensors; name it before them, or leave it out");
}

Gene gene_of(const std::string& range) {
  return WeightSpace(spec_of("  ranges: {weight: " + range + "}\n"), family()).genes().at(0);
}

std::string range_error(const std::string& range) {
  return error_of("  ranges:\n    weight: " + range + "\n");
}

TEST(Steps, AreLevelsOfTheGene) {
  const Gene gene = gene_of("{low: -0.5, high: 2, start: 0.5, step: 0.1}");
  EXPECT_EQ(gene.levels, 26U);
  EXPECT_EQ(gene.quantum, 0);
  EXPECT_EQ(gene.start, 0.5);
  EXPECT_EQ(value_at(gene, 0.33), 0.3);  // 0.325 before
  EXPECT_EQ(value_at(gene, 1), 2);
  EXPECT_EQ(gene_of("{low: 0, high: 1, step: 0.3333333333333333}").levels, 4U);
  // The usual start, 1/2, goes to the next step.
  EXPECT_EQ(gene_of("{low: 0, high: 2, step: 0.4}").start, 0.4);
}

TEST(Steps, HaveToFitTheRange) {
  EXPECT_EQ(range_error("{low: 0, high: 1, step: 0.3}"),
            "s.yaml:6:5: steps of 0.3 do not lead from 0 to 1 in 1 to 1000; choose a step that divides the "
            "range");
  EXPECT_THAT(range_error("{low: 0, high: 1, step: 0.0001}"), HasSubstr("in 1 to 1000"));
  EXPECT_THAT(range_error("{low: 0, high: 1, step: 2}"), HasSubstr("in 1 to 1000"));
  EXPECT_EQ(
      range_error("{low: 0, high: 1, start: 0.35, step: 0.1}"),
      "s.yaml:6:5: weight starts at 0.35, between two steps; start at 0.4, or change low, high or step");
  const auto of_method = [](const std::string& method, const std::string& range) {
    return message_of([&] {
      recipes::GenomeSpec spec = spec_of("  ranges:\n    " + range + "\n");
      spec.merge_method = method;
      spec.models.pop_back();
      WeightSpace(spec, family());
    });
  };
  EXPECT_THAT(of_method("nearswap", "t: {step: 0.001}"), StartsWith("s.yaml:6:5: t moves by factors"));
  EXPECT_THAT(of_method("karcher", "max_iter: {low: 1.5}"),
              StartsWith("s.yaml:6:5: max_iter takes whole numbers"));
}

TEST(Rounding, MakesRecipesMeetAgain) {
  const Gene weight = gene_of("{low: -0.5, high: 2}");
  EXPECT_EQ(weight.quantum, 0.005);
  EXPECT_EQ(value_at(weight, 0.3412), 0.355);  // 0.353 before
  EXPECT_EQ(value_at(weight, 0.3405), 0.35);
  const Gene density = WeightSpace(spec_of(""), family()).genes().at(1);
  EXPECT_EQ(density.quantum, 0.01);
  EXPECT_EQ(value_at(density, 0.5), 0.55);
  // Ends are kept though they are no multiple.
  EXPECT_EQ(value_at(gene_of("{low: 0.001, high: 0.999}"), 0), 0.001);
  EXPECT_EQ(value_at(gene_of("{low: 0.001, high: 0.999}"), 1), 0.999);
}

TEST(Rounding, IsFinerInANarrowRangeAndNoneWhenNotWanted) {
  EXPECT_EQ(gene_of("{low: 0.5, high: 0.6, start: 0.5}").quantum, 0.0005);
  EXPECT_EQ(gene_of("{low: 0, high: 1, step: 0}").quantum, 0);
  EXPECT_EQ(value_at(gene_of("{low: 0, high: 1, step: 0}"), 0.12345), 0.12345);
  ModelFamily smooth = family();
  smooth.rounds = false;
  const WeightSpace space(spec_of(""), smooth);
  for (const Gene& gene : space.genes()) EXPECT_EQ(gene.quantum, 0);
}

}  // namespace
}  // namespace tsugi::evolve
