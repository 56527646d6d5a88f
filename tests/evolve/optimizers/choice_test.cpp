// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/optimizer_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"

namespace tsugi::evolve {
namespace {

using testing::HasSubstr;

// The optimizer's part of a search file, without YAML in between.
recipes::OptimizerSpec spec_of(const std::string& name, const std::string& key = "",
                               const std::string& text = "", std::optional<double> number = std::nullopt) {
  recipes::OptimizerSpec spec;
  spec.name = name;
  spec.mark = {"s.yaml", 3, 19};
  if (!key.empty()) {
    recipes::OptimizerSetting& setting = spec.settings.emplace_back();
    setting.key = key;
    setting.key_mark = {"s.yaml", 4, 1};
    setting.text = text;
    setting.number = number;
    setting.mark = {"s.yaml", 4, 9};
  }
  return spec;
}

std::string error_of(const recipes::OptimizerSpec& spec, std::size_t genes = 3) {
  try {
    choose_optimizer(spec, {.start = Point(genes, 0.5), .tasks = 1, .seed = 1});
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(OptimizerChoice, RefusesAtTheFilesPlace) {
  EXPECT_EQ(error_of(spec_of("cma_ez")), "s.yaml:3:19: unknown optimizer 'cma_ez'; did you mean 'cma_es'?");
  EXPECT_EQ(error_of(spec_of("cma_es", "sigma0", "0.1", 0.1)),
            "s.yaml:4:1: cma_es has no option 'sigma0'; did you mean 'sigma'?");
  EXPECT_EQ(error_of(spec_of("cma_es", "sigma", "0", 0)),
            "s.yaml:4:9: sigma is '0', expected a number from 1e-06 to 1; it says first step length, as a "
            "share of a "
            "gene's range");
  EXPECT_THAT(error_of(spec_of("cma_es", "sigma", "wide")), HasSubstr("sigma is 'wide', expected a number"));
  EXPECT_THAT(error_of(spec_of("cma_es", "population", "1", 1)),
              HasSubstr("population is '1', expected a whole number from 2 to"));
  EXPECT_THAT(error_of(spec_of("cma_es", "population", "7.5", 7.5)), HasSubstr("expected a whole number"));
  EXPECT_THAT(error_of(spec_of("cma_es", "restarts", "often")),
              HasSubstr("s.yaml:4:9: restarts is 'often', expected none, ipop, bipop"));
  EXPECT_THAT(error_of(spec_of("cma_es", "restarts", "1", 1)), HasSubstr("expected none, ipop, bipop"));
}

TEST(OptimizerChoice, RefusesWhatDoesNotFitTheSearch) {
  EXPECT_EQ(error_of(spec_of("bobyqa"), 1),
            "s.yaml:3:19: bobyqa searches 2 or more genes, this search has 1; choose another optimizer or "
            "other groups "
            "of layers");
  EXPECT_EQ(error_of(spec_of("map_elites")),
            "s.yaml:3:19: map_elites weighs tasks against each other, this search has one; choose another "
            "optimizer or add a task");
}

TEST(OptimizerChoice, OptionsReachTheOptimizer) {
  const auto standard = choose_optimizer(spec_of("cma_es"), {.start = Point(3, 0.5)});
  EXPECT_EQ(standard->ask().size(), 7);  // 4 + floor(3 ln 3)
  const auto given = choose_optimizer(spec_of("cma_es", "population", "11", 11), {.start = Point(3, 0.5)});
  EXPECT_EQ(given->ask().size(), 11);
}

TEST(OptimizerChoice, HelpNamesEveryOptimizerAndOption) {
  const std::string text = describe_optimizers();
  for (const OptimizerKind& kind : optimizers()) {
    EXPECT_THAT(text, HasSubstr(std::string(kind.name)));
    for (const Option& option : kind.options) EXPECT_THAT(text, HasSubstr(std::string(option.doc)));
  }
}

}  // namespace
}  // namespace tsugi::evolve
