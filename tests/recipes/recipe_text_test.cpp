// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>

#include "recipes/recipe.h"

namespace tsugi::recipes {
namespace {

using testing::HasSubstr;

Recipe with_weights(const std::vector<double>& points) {
  Recipe recipe;
  recipe.merge_method = "linear";
  ModelEntry entry{{"a", {}}, {}};
  entry.parameters["weight"].conditions = {Condition{.filter = std::nullopt, .value = {points}, .mark = {}}};
  recipe.models = {entry};
  return recipe;
}

/// A recipe that uses everything a recipe can say.
Recipe full_recipe() {
  Recipe recipe;
  recipe.merge_method = "dare_ties";
  recipe.base_model = ModelReference{"../base", {}};
  recipe.dtype = DType::F32;
  recipe.out_dtype = DType::BF16;
  recipe.seed = std::numeric_limits<std::uint64_t>::max();
  recipe.parameters["normalize"] = ParameterSetting::constant(1);
  SliceSource source{{"plain/path", {}}, 0, 4, {}, {}};
  source.parameters["weight"].conditions = {{.filter = "self_attn", .value = {{0, 0.1, 1e-7}}, .mark = {}},
                                            {.filter = "*", .value = {{-0.25}}, .mark = {}},
                                            {.filter = std::nullopt, .value = {{3}}, .mark = {}}};
  SliceSource odd = source;
  odd.model.text = "a folder/with: \"odd\" \\ 日本\tname";
  Slice first{{source, odd}, ModelReference{"with+plus@at", {}}, {}, {}};
  Slice second{{source}, std::nullopt, {}, {}};
  second.parameters["weight"].conditions = {{.filter = "mlp", .value = {{0.5}}, .mark = {}}};
  recipe.slices = {first, second};
  recipe.tokenizer = TokenizerSpec{.source = TokenizerSpec::Source::model,
                                   .model = ModelReference{"union", {}},
                                   .tokens = {{.token = "<|im_start|>",
                                               .row = TokenRow::model_token,
                                               .model = ModelReference{"a+b", {}},
                                               .other_token = "\"quoted\": Ġ",
                                               .other_id = {},
                                               .force = true,
                                               .mark = {}},
                                              {.token = "Ġyes",
                                               .row = TokenRow::same_token,
                                               .model = ModelReference{"plain/path", {}},
                                               .other_token = {},
                                               .other_id = {},
                                               .mark = {}},
                                              {.token = "no",
                                               .row = TokenRow::model_token,
                                               .model = ModelReference{"m", {}},
                                               .other_token = {},
                                               .other_id = 3,
                                               .mark = {}},
                                              {.token = "{", .row = TokenRow::zero, .force = true},
                                              {.token = "12"}},
                                   .pad_to_multiple_of = 64,
                                   .mark = {}};
  return recipe;
}

TEST(ToYaml, ReadsBackEqual) {
  const Recipe recipe = full_recipe();
  const Recipe again = parse_recipe(to_yaml(recipe), "again.yaml");
  EXPECT_EQ(again, recipe) << to_yaml(recipe);
  EXPECT_EQ(to_yaml(again), to_yaml(recipe));
}

TEST(ToYaml, ModulesReadBackEqual) {
  Recipe recipe = full_recipe();
  // One by one: g++ 12 warns falsely about the marks of a list of modules.
  Module text;
  text.name = "text_decoder";
  text.slices = recipe.slices;
  text.parameters = recipe.parameters;
  recipe.modules.push_back(text);
  Module vision;
  vision.name = "vision tower";
  vision.models = with_weights({0, 1}).models;
  recipe.modules.push_back(vision);
  recipe.slices.clear();
  EXPECT_EQ(parse_recipe(to_yaml(recipe), "again.yaml"), recipe) << to_yaml(recipe);
}

TEST(ToYaml, LibraryReadsBackEqual) {
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(TSUGI_ROOT) / "recipes" / "library")) {
    const Recipe recipe = read_recipe(entry.path());
    EXPECT_EQ(parse_recipe(to_yaml(recipe), "again.yaml"), recipe) << entry.path();
  }
}

TEST(ToYaml, IsWhatAPersonWouldWrite) {
  EXPECT_EQ(to_yaml(parse_recipe(
                "merge_method: ties\nmodels: [{model: ../a, parameters: {weight: {filter: mlp, value: "
                "[0, .5]}, density: 0.7}}]\nbase_model: b\ndtype: torch.float32\nseed: 3\n",
                "r")),
            "merge_method: ties\n"
            "base_model: b\n"
            "models:\n"
            "  - model: ../a\n"
            "    parameters:\n"
            "      density: 0.7\n"
            "      weight:\n"
            "        - filter: mlp\n"
            "          value: [0, 0.5]\n"
            "dtype: float32\n"
            "seed: 3\n");
}

TEST(ToYaml, NumbersKeepEveryBit) {
  const std::vector<double> points{0.1,
                                   1.0 / 3,
                                   std::nextafter(1.0, 2.0),
                                   -1e-5,
                                   1e22,
                                   123456789012345678.0,
                                   std::numeric_limits<double>::min(),
                                   std::numeric_limits<double>::denorm_min(),
                                   std::numeric_limits<double>::max(),
                                   -0.0,
                                   0.57};
  const Recipe again = parse_recipe(to_yaml(with_weights(points)), "again.yaml");
  const auto& read = again.models[0].parameters.at("weight").conditions[0].value.points;
  ASSERT_EQ(read.size(), points.size());
  EXPECT_EQ(std::memcmp(read.data(), points.data(), points.size() * sizeof(double)), 0) << to_yaml(again);
}

TEST(ToYaml, NumbersAreShortAndNumbersInYaml11) {
  EXPECT_THAT(to_yaml(with_weights({0.1})), HasSubstr("weight: 0.1\n"));
  EXPECT_THAT(to_yaml(with_weights({1})), HasSubstr("weight: 1\n"));
  EXPECT_THAT(to_yaml(with_weights({1e-5})), HasSubstr("weight: 1.0e-05\n"))
      << "PyYAML takes 1e-05 for a word";
  EXPECT_THAT(to_yaml(with_weights({1.5e-7})), HasSubstr("weight: 1.5e-07\n"));
}

TEST(ToYaml, WordsThatLookLikeSomethingElseAreQuoted) {
  for (const std::string name :
       {"no", "NULL", "1e5", "12", "~", "-x", ".5", "a: b", "a #b", " a", "日本", "#", "y"}) {
    Recipe recipe = with_weights({1});
    recipe.models[0].model.text = name;
    recipe.parameters["weight"].conditions = {{.filter = name, .value = {{1}}, .mark = {}}};
    const std::string text = to_yaml(recipe);
    EXPECT_EQ(parse_recipe(text, "again.yaml"), recipe) << text;
    EXPECT_THAT(text, HasSubstr(fmt::format("model: \"{}\"\n", name)));
    EXPECT_THAT(text, HasSubstr(fmt::format("filter: \"{}\"\n", name)));
  }
}

TEST(RecipeEquality, NoticesEveryField) {
  const Recipe recipe = full_recipe();
  const auto differs = [&](auto change) {
    Recipe other = recipe;
    change(other);
    return !(other == recipe);
  };
  EXPECT_FALSE(differs([](Recipe& r) {
    r.file = "elsewhere";
    r.source_text = "other";
    r.slices[0].mark.line = 7;
  }));
  EXPECT_TRUE(differs([](Recipe& r) { r.merge_method = "ties"; }));
  EXPECT_TRUE(differs([](Recipe& r) { r.base_model.reset(); }));
  EXPECT_TRUE(differs([](Recipe& r) { r.dtype.reset(); }));
  EXPECT_TRUE(differs([](Recipe& r) { r.out_dtype = DType::F16; }));
  EXPECT_TRUE(differs([](Recipe& r) { r.seed = 1; }));
  EXPECT_TRUE(differs([](Recipe& r) { r.parameters.clear(); }));
  EXPECT_TRUE(differs([](Recipe& r) { r.models.push_back({{"a", {}}, {}}); }));
  EXPECT_TRUE(differs([](Recipe& r) { r.slices[0].sources[0].begin = 1; }));
  EXPECT_TRUE(differs([](Recipe& r) { r.slices[0].sources[0].end = 5; }));
  EXPECT_TRUE(differs([](Recipe& r) { r.slices[0].sources[0].model.text = "x"; }));
  EXPECT_TRUE(differs([](Recipe& r) { r.slices[0].base_model.reset(); }));
  EXPECT_TRUE(differs([](Recipe& r) { r.slices[1].parameters.clear(); }));
  EXPECT_TRUE(differs(
      [](Recipe& r) { r.slices[0].sources[1].parameters.at("weight").conditions[0].value.points[1] = 0.2; }));
}

}  // namespace
}  // namespace tsugi::recipes
