// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/execute.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>

#include "merge/tiling.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

using merge::Concurrency;
using merge::MergePlan;
using merge::PlannedTensor;
using merge::Shape;

std::vector<float> noise(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random() % 2001) / 1000 - 1;
  return values;
}

PlannedTensor planned(const std::string& method, const std::string& name, const MemoryTensor* base,
                      const std::vector<const MemoryTensor*>& models, const Numbers& global = {},
                      std::vector<Numbers> per_model = {}) {
  PlannedTensor tensor;
  tensor.output.name = name;
  tensor.output.shape = models.front()->view.shape;
  tensor.method = merge::find_method(method);
  if (base != nullptr) tensor.base = &base->view;
  for (const MemoryTensor* model : models) tensor.models.push_back(&model->view);
  per_model.resize(models.size());
  tensor.settings = settings_of(*tensor.method, global, per_model);
  return tensor;
}

std::string error_of(const MergePlan& plan) {
  MemorySink sink;
  try {
    merge::execute(plan, sink, {.concurrency = Concurrency::serial});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

merge::Tiling tiling(Shape shape, merge::Cut cut = merge::Cut::anywhere) {
  return merge::Tiling({.index = 0, .name = "", .shape = std::move(shape)}, cut);
}

TEST(Tiling, BlocksAreWholePanelsOfRows) {
  const merge::Tiling matrix = tiling({101, 1000});
  EXPECT_EQ(matrix.rows_per_block, 32U);
  EXPECT_EQ(matrix.blocks, 4U);
  EXPECT_EQ(matrix.rows_in(3), 5U);
  EXPECT_EQ(matrix.tiles, 3 * 32 + 5U);  // 31 of 1024 and one of 256 to a block
  EXPECT_EQ(matrix.size_of(31), 256U);
  EXPECT_EQ(matrix.begin_of(33), 33024U);
  EXPECT_EQ(tiling({32, 5000}).rows_per_block, 16U);  // 80000 values; 16 rows of 10000 were too many
  EXPECT_EQ(tiling({32, 10000}).rows_per_block, 3U);
}

TEST(Tiling, KeepsRowsAndMatricesWholeWhereAsked) {
  EXPECT_EQ(tiling({101, 300}, merge::Cut::rows).tile_elements, 900U);
  EXPECT_EQ(tiling({10, 5000}, merge::Cut::rows).tile_elements, 5000U);
  EXPECT_EQ(tiling({20, 3, 100}, merge::Cut::matrices).tile_elements, 900U);
  EXPECT_EQ(tiling({6, 20, 1000}, merge::Cut::matrices).tile_elements, 20000U);
  EXPECT_EQ(tiling({6, 20, 1000}, merge::Cut::matrices).tiles, 6U);
  EXPECT_EQ(tiling({6, 100}, merge::Cut::matrices).tile_elements, 1000U);  // two axes: rows
}

TEST(Tiling, TilesFollowEachOtherToTheEnd) {
  for (const Shape& shape :
       {Shape{}, {20000}, {101, 1000}, {5000, 3}, {7, 40000}, {3, 200000}, {70, 30, 100}}) {
    for (const merge::Cut cut : {merge::Cut::anywhere, merge::Cut::rows, merge::Cut::matrices}) {
      const merge::Tiling all = tiling(shape, cut);
      std::size_t end = 0;
      for (std::size_t group = 0; group < all.groups; ++group) {
        merge::tiles_of(group, all.tiles_per_group(), all.tiles).for_each([&](std::size_t tile) {
          EXPECT_EQ(all.begin_of(tile), end);
          EXPECT_GT(all.size_of(tile), 0U);
          end += all.size_of(tile);
          EXPECT_TRUE(cut == merge::Cut::anywhere || end % all.row_length == 0);
        });
      }
      EXPECT_EQ(end, merge::elements(shape)) << merge::text(shape);
    }
  }
  EXPECT_EQ(tiling({0, 5}).tiles, 0U);
  EXPECT_EQ(tiling({5, 0}).tiles, 0U);
}

TEST(Execute, WritesEveryTensorOnceAndFinishesInOrder) {
  const MemoryTensor small("a", {3, 5}, noise(15, 1));
  const MemoryTensor large("b", {300, 1000}, noise(300000, 2));
  const MemoryTensor scalar("c", {}, {7});
  const MemoryTensor empty("d", {0, 4}, {});
  std::vector<PlannedTensor> tensors;
  for (const MemoryTensor* tensor : {&small, &large, &scalar, &empty}) {
    tensors.push_back(planned("passthrough", tensor->view.name, nullptr, {tensor}));
  }
  const MergePlan plan = plan_of(std::move(tensors));
  MemorySink sink;
  std::vector<std::uint64_t> reports;
  merge::execute(plan, sink, {.progress = [&](std::uint64_t bytes) { reports.push_back(bytes); }});
  EXPECT_EQ(sink.values.at("a"), noise(15, 1));
  EXPECT_EQ(sink.values.at("b"), noise(300000, 2));
  EXPECT_EQ(sink.values.at("c"), std::vector<float>{7});
  EXPECT_THAT(sink.finished, testing::ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(reports.back(), 4 * (15 + 300000 + 1));
}

TEST(Execute, LeavesOutWhatTheSinkHolds) {
  const MemoryTensor tensor("a", {3, 5}, noise(15, 1));
  MergePlan plan = plan_of(
      {planned("passthrough", "a", nullptr, {&tensor}), planned("passthrough", "b", nullptr, {&tensor})});
  plan.tensors[0].output.fingerprint = 11;
  plan.tensors[1].output.fingerprint = 12;
  MemorySink sink;
  sink.held = {11};
  merge::execute(plan, sink);
  EXPECT_THAT(sink.finished, testing::ElementsAre("b"));
  EXPECT_EQ(sink.writes, 1);
}

TEST(Execute, CopiesTensorsThatAreNeverComputed) {
  MemoryTensor ids("ids", {2}, {1, 2});
  ids.view.dtype = DType::I32;
  PlannedTensor tensor;
  tensor.output.name = "ids";
  tensor.output.shape = {2};
  tensor.output.dtype = DType::I32;
  tensor.models = {&ids.view};
  const MergePlan plan = plan_of({tensor});
  MemorySink sink;
  merge::execute(plan, sink);
  EXPECT_EQ(sink.raw.at("ids"), ids.bytes);
  EXPECT_EQ(sink.writes, 0);
}

TEST(Execute, RoundsInputsToTheWorkType) {
  // 1 + 2^-10 is not a bf16 (8 bits): it becomes 1. In f16 (11 bits) it stays.
  const MemoryTensor model("a", {1}, {1.0009765625F});
  MergePlan plan = plan_of({planned("passthrough", "a", nullptr, {&model}, {}, {{{"scale", 1024}}})});
  const auto run = [&] {
    MemorySink sink;
    merge::execute(plan, sink);
    return sink.values.at("a")[0];
  };
  EXPECT_EQ(run(), 1025);
  plan.tensors[0].work_type = DType::BF16;
  EXPECT_EQ(run(), 1024);
  plan.tensors[0].work_type = DType::F16;
  EXPECT_EQ(run(), 1025);
}

// In bf16 a weight of .3 would be .30078125, as it is in mergekit.
TEST(Execute, WeightsKeepTheirDigitsWhateverTheWorkType) {
  const MemoryTensor base("a", {1}, {0});
  const MemoryTensor model("a", {1}, {1});
  MergePlan plan = plan_of({planned("task_arithmetic", "a", &base, {&model}, {}, {{{"weight", .3}}})});
  plan.tensors[0].work_type = DType::BF16;
  MemorySink sink;
  merge::execute(plan, sink);
  EXPECT_EQ(sink.values.at("a")[0], .3F);
}

TEST(Execute, ReadsEveryFloatTypeAndUnalignedData) {
  for (const DType type : {DType::F32, DType::F16, DType::BF16, DType::F64}) {
    MemoryTensor model("a", {2, 2}, {1, -2, 0.5F, 4}, type);
    model.bytes.insert(model.bytes.begin(), std::byte{0});  // now at an odd address
    model.view.bytes = std::span(model.bytes).subspan(1);
    MemorySink sink;
    merge::execute(plan_of({planned("passthrough", "a", nullptr, {&model})}), sink);
    EXPECT_THAT(sink.values.at("a"), testing::ElementsAre(1, -2, 0.5F, 4)) << name(type);
  }
}

// Row r is r, r + 1, r + 2, …: nothing in memory to view.
class Counting : public merge::RowReader {
 public:
  explicit Counting(std::size_t length) : length_(length) {}
  void read(std::size_t row_begin, std::size_t rows, std::span<float> out) const override {
    for (std::size_t row = 0; row < rows; ++row) {
      const auto first = static_cast<float>(row_begin + row);
      std::iota(out.data() + row * length_, out.data() + (row + 1) * length_, first);
    }
  }
  std::uint64_t stored_bytes() const override { return 7; }

 private:
  std::size_t length_;
};

TEST(Execute, ReadsRowsThatNoBytesHold) {
  constexpr std::size_t kLength = 1000;  // one row a tile
  MemoryTensor model("a", {20, kLength}, {});
  model.view.rows = std::make_shared<Counting>(kLength);
  EXPECT_EQ(model.view.stored_bytes(), 7U);
  MemorySink sink;
  merge::execute(plan_of({planned("passthrough", "a", nullptr, {&model})}), sink);
  const std::vector<float>& values = sink.values.at("a");
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(values[i], static_cast<float>(i / kLength + i % kLength)) << i;
  }
}

TEST(SameValues, ComparesReadersWithBytes) {
  MemoryTensor counted("a", {2, 3}, {});
  counted.view.rows = std::make_shared<Counting>(3);
  const MemoryTensor equal("b", {2, 3}, {0, 1, 2, 1, 2, 3});
  const MemoryTensor other("b", {2, 3}, {0, 1, 2, 1, 2, 4});
  EXPECT_TRUE(merge::same_values(counted.view, equal.view));
  EXPECT_FALSE(merge::same_values(counted.view, other.view));
}

TEST(Execute, NamesInputsThatAreNotFinite) {
  std::vector<float> values = noise(20000, 1);
  values[12345] = INFINITY;
  const MemoryTensor base("w", {20, 1000}, noise(20000, 2));
  const MemoryTensor bad("w", {20, 1000}, values);
  const std::string expected =
      "an input: tensor 'w': 1 infinite of 20000 values, the first at element 12345 [row 12, column 345]; "
      "use a checkpoint whose weights are finite numbers; tsugi inspect MODEL --values lists those that are "
      "not";
  EXPECT_EQ(error_of(plan_of({planned("task_arithmetic", "w", &base, {&bad}, {}, {{{"weight", 1}}})})),
            expected);
  // A trimmed infinity would vanish without a trace.
  EXPECT_EQ(error_of(plan_of({planned("ties", "w", &base, {&bad}, {}, {{{"weight", 1}, {"density", .5}}})})),
            expected);
  EXPECT_EQ(error_of(plan_of({planned("ties", "w", &base, {&bad}, {}, {{{"weight", 0}, {"density", .5}}})})),
            "no error");
}

TEST(Execute, NamesInputsTooLargeForTheWorkType) {
  const MemoryTensor model("w", {3}, {1, 70000, 2});
  MergePlan plan = plan_of({planned("passthrough", "w", nullptr, {&model})});
  plan.tensors[0].work_type = DType::F16;
  EXPECT_EQ(
      error_of(plan),
      "an input: tensor 'w': 1 of 3 values are too large for dtype float16, the first at element 1, the "
      "largest 70000; use dtype: bfloat16 or float32");
}

TEST(Execute, NamesOutputsThatAreNotFinite) {
  const MemoryTensor model("w", {4}, {1, 300, -300, 2});
  MergePlan plan = plan_of({planned("passthrough", "w", nullptr, {&model}, {}, {{{"scale", 1000}}})});
  plan.tensors[0].output.dtype = DType::F16;
  EXPECT_EQ(
      error_of(plan),
      "tensor 'w': 2 of 4 merged values are infinite or NaN as F16; use smaller weights or, for float16, "
      "out_dtype: bfloat16");
  plan.tensors[0].output.dtype = DType::BF16;
  EXPECT_EQ(error_of(plan), "no error");
}

// ties over several groups of tiles against a plain reference with a sort, for inputs full of equal
// magnitudes.
TEST(Execute, TrimsExactlyAcrossTilesAndThreads) {
  const std::size_t count = 290 * 1000;
  const std::vector<float> b = noise(count, 1);
  const std::vector<float> x = noise(count, 2);
  const MemoryTensor base("w", {290, 1000}, b, DType::BF16);
  const MemoryTensor model("w", {290, 1000}, x, DType::BF16);
  std::vector<float> rounded_b = b;
  std::vector<float> rounded_x = x;
  merge::round_to(DType::BF16, rounded_b);
  merge::round_to(DType::BF16, rounded_x);
  std::vector<float> delta(count);
  for (std::size_t i = 0; i < count; ++i) delta[i] = rounded_x[i] - rounded_b[i];
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return std::fabs(delta[i]) > std::fabs(delta[j]); });
  const auto kept = static_cast<std::size_t>(.3 * static_cast<double>(count));
  ASSERT_EQ(std::fabs(delta[order[kept - 1]]), std::fabs(delta[order[kept]]))
      << "the cut should divide equals";
  std::vector<float> expected = rounded_b;
  for (std::size_t i = 0; i < kept; ++i) expected[order[i]] = rounded_b[order[i]] + delta[order[i]];

  const MergePlan plan = plan_of(
      {planned("ties", "w", &base, {&model}, {{"normalize", 0}}, {{{"weight", 1}, {"density", .3}}})});
  for (const std::size_t threads : {1, 2}) {
    merge::ThreadPool pool(threads);
    MemorySink sink;
    pool.run([&] { merge::execute(plan, sink); });
    EXPECT_EQ(sink.values.at("w"), expected) << threads;
  }
}

// Sums of many tiles against long double, by way of slerp's factors.
TEST(Execute, SumsAcrossTiles) {
  const std::size_t count = 290 * 1000;
  const std::vector<float> a = noise(count, 3);
  const std::vector<float> b = noise(count, 4);
  long double aa = 0;
  long double bb = 0;
  long double ab = 0;
  for (std::size_t i = 0; i < count; ++i) {
    aa += static_cast<long double>(a[i]) * a[i];
    bb += static_cast<long double>(b[i]) * b[i];
    ab += static_cast<long double>(a[i]) * b[i];
  }
  const double theta = std::acos(static_cast<double>(ab / std::sqrt(aa * bb)));
  const auto of_a = static_cast<float>(std::sin(.7 * theta) / std::sin(theta));
  const auto of_b = static_cast<float>(std::sin(.3 * theta) / std::sin(theta));
  const MemoryTensor base("w", {290, 1000}, a);
  const MemoryTensor model("w", {290, 1000}, b);
  MemorySink sink;
  merge::execute(plan_of({planned("slerp", "w", &base, {&model}, {{"t", .3}})}), sink);
  // Factors up to 1 may differ by an f32 rounding each, inputs are up to 1: two ulp of 1.
  for (std::size_t i = 0; i < count; ++i)
    ASSERT_NEAR(sink.values.at("w")[i], of_a * a[i] + of_b * b[i], 2.4e-7) << i;
}

TEST(ReductionCache, KeepsSumsOfEqualInputsOnly) {
  const MemoryTensor base("w", {2}, {1, 0});
  const MemoryTensor right("w", {2}, {0, 1});      // a right angle: t = .5 gives sin(45 degrees) of each
  const MemoryTensor opposite("w", {2}, {-1, 0});  // would be interpolated: 0, 0
  merge::ReductionCache cache;
  const auto run = [&](const MemoryTensor& model, std::uint64_t inputs) {
    MergePlan plan = plan_of({planned("slerp", "w", &base, {&model}, {{"t", .5}})});
    plan.tensors[0].inputs_fingerprint = inputs;
    MemorySink sink;
    merge::execute(plan, sink, {.cache = &cache});
    return sink.values.at("w");
  };
  const auto sin45 = static_cast<float>(std::sin(M_PI / 4));
  EXPECT_FLOAT_EQ(run(right, 1)[0], sin45);
  // Other tensors under the same name of inputs: the kept angle shows that nothing was summed again.
  EXPECT_FLOAT_EQ(run(opposite, 1)[0], 0.0F * sin45);
  EXPECT_FLOAT_EQ(run(opposite, 1)[1], 0.0F);
  EXPECT_FLOAT_EQ(run(MemoryTensor("w", {2}, {-1, 1}), 1)[1], sin45);
  EXPECT_FLOAT_EQ(run(opposite, 2)[0], 0.0F);
}

TEST(ReductionCache, NeverKeepsSumsThatDependOnSettings) {
  const MemoryTensor base("w", {4}, {0, 0, 0, 0});
  const MemoryTensor model("w", {4}, {1, 2, 3, 4});
  merge::ReductionCache cache;
  const auto run = [&](double density) {
    MergePlan plan = plan_of(
        {planned("ties", "w", &base, {&model}, {{"rescale", 1}}, {{{"weight", 1}, {"density", density}}})});
    plan.tensors[0].inputs_fingerprint = 5;
    MemorySink sink;
    merge::execute(plan, sink, {.cache = &cache});
    return sink.values.at("w")[3];
  };
  EXPECT_FLOAT_EQ(run(.5), 4 * 10.0F / 7);  // sum|d| = 10, kept 4 + 3; normalize divides by the weight 1
  EXPECT_FLOAT_EQ(run(.25), 10);            // kept 4 alone
}

}  // namespace
}  // namespace tsugi::tests
