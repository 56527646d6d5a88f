// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Every recipe of tests/golden/mergekit/ against what mergekit made of it in f32, as sampled by
// tests/peers/record_mergekit.py. Adding a recipe there and recording it adds a test here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "merge/execute.h"
#include "merge/methods/method.h"
#include "merge/plan.h"
#include "merge/sink.h"
#include "recipes/recipe.h"
#include "tests/support/recorded.h"

namespace tsugi::merge {
namespace {

using nlohmann::json;
using tests::golden_json;
using tests::golden_path;

// Issue and mergekit's specification: 2e-6 of the tensor's largest magnitude, about 33 roundings of f32 to
// nearest.
constexpr double kTolerance = 2e-6;

struct Merged {
  Shape shape;
  DType dtype = DType::F32;
  std::vector<float> values;
};

// Keeps whole tensors in memory. All are made before the first tile, so that threads find but never insert.
class MemorySink : public Sink {
 public:
  explicit MemorySink(const MergePlan& plan) {
    for (const PlannedTensor& tensor : plan.tensors) {
      const OutputTensor& output = tensor.output;
      tensors_[output.name] = {output.shape, output.dtype, std::vector<float>(elements(output.shape))};
    }
  }
  bool wants(const OutputTensor&) override { return true; }
  std::size_t write(const OutputTensor& tensor, std::size_t row_begin,
                    std::span<const std::byte> stored) override {
    const std::span<float> all(tensors_.at(tensor.name).values);
    to_f32(tensor.dtype, stored,
           all.subspan(row_begin * tensor.row_length(), stored.size() / bytes(tensor.dtype)));
    return 0;
  }
  void write_bytes(const OutputTensor&, std::span<const std::byte>) override { FAIL() << "no integers here"; }
  void done(const OutputTensor&) override {}

  const std::map<std::string, Merged>& tensors() const { return tensors_; }

 private:
  std::map<std::string, Merged> tensors_;
};

std::vector<std::string> recorded_recipes() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(golden_path("mergekit"))) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void expect_samples(const std::string& name, const std::vector<float>& ours, const json& row) {
  const double margin = kTolerance * row.at("largest").get<double>();
  const json& values = row.at("values");
  const std::size_t first = row.at("first");
  const std::size_t step = row.at("step");
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (values[k].is_null()) continue;  // ties with a threshold: mergekit's choice is arbitrary
    const std::size_t at = first + k * step;
    ASSERT_LT(at, ours.size()) << name;
    EXPECT_NEAR(ours[at], values[k].get<double>(), margin) << name << " at flat index " << at;
  }
  if (row.contains("mean")) {
    // What every element is near to, their mean is near to: catches what goes wrong between the samples.
    const double mean = std::accumulate(ours.begin(), ours.end(), 0.0) / static_cast<double>(ours.size());
    EXPECT_NEAR(mean, row.at("mean").get<double>(), margin) << name;
  }
}

class MergekitGolden : public testing::TestWithParam<std::string> {};

TEST_P(MergekitGolden, tensors_agree) {
  const json golden = golden_json("mergekit/" + GetParam() + ".json");
  CheckpointStore checkpoints;
  const MergePlan plan =
      plan_merge(recipes::read_recipe(golden_path("mergekit/" + GetParam() + ".yaml")), checkpoints);
  MemorySink sink(plan);
  execute(plan, sink);
  EXPECT_EQ(sink.tensors().size(), golden.at("tensors").size());
  for (const auto& [name, row] : golden.at("tensors").items()) {
    const auto found = sink.tensors().find(name);
    ASSERT_NE(found, sink.tensors().end()) << name;
    EXPECT_EQ(found->second.shape, row.at("shape").get<Shape>()) << name;
    EXPECT_EQ(found->second.dtype, DType::F32) << name;
    expect_samples(name, found->second.values, row);
  }
}

INSTANTIATE_TEST_SUITE_P(Recipes, MergekitGolden, testing::ValuesIn(recorded_recipes()),
                         [](const auto& parameter) { return parameter.param; });

// Methods that draw are compared in distribution by tests/peers/compare_random.py.
TEST(MergekitRecipes, every_method_that_does_not_draw_has_one) {
  std::set<std::string> recorded;
  for (const std::string& name : recorded_recipes())
    recorded.insert(recipes::read_recipe(golden_path("mergekit/" + name + ".yaml")).merge_method);
  for (const Method& method : methods())
    EXPECT_EQ(recorded.contains(std::string(method.name)), !method.traits.uses_seed) << method.name;
}

}  // namespace
}  // namespace tsugi::merge
