// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The ways straight from 16 bits to the same against those through f32: the same numbers stored as F32 take
// the latter, and the result has the same bits.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <random>

#include "merge/stored_inputs.h"
#include "recipes/error.h"
#include "tests/support/memory_merge.h"
#include "tests/support/merge_kernels.h"

namespace tsugi::tests {
namespace {

// Small changes of a base, few values far out: as fine-tuned weights are, with many equal differences.
std::vector<float> tuned(std::size_t count, std::uint32_t seed, DType type) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  std::mt19937 of_base(99);
  for (float& value : values) {
    const float base = 0.02F * normal(of_base);
    value = seed == 99 ? base : base + 0.001F * normal(random) * (random() % 50 == 0 ? 20.0F : 1.0F);
  }
  merge::round_to(type, values);
  return values;
}

struct Given {
  std::string method = {};
  merge::Shape shape = {};
  std::size_t models = 0;
  Numbers global = {};
  std::vector<Numbers> per_model = {};
  float scale = 1;  // of all values
  DType type = DType::BF16;
  std::optional<DType> work_type = {};

  std::vector<float> values(std::uint32_t seed) const {
    std::vector<float> all = tuned(merge::elements(shape), seed, type);
    for (float& value : all) value *= scale;
    merge::round_to(type, all);
    return all;
  }

  std::vector<float> merged(DType stored, merge::Concurrency concurrency = merge::Concurrency::serial) const {
    std::vector<MemoryTensor> tensors;
    tensors.reserve(models + 1);
    tensors.emplace_back("base", shape, values(99), stored);
    for (std::size_t i = 0; i < models; ++i)
      tensors.emplace_back("model", shape, values(static_cast<std::uint32_t>(i + 1)), stored);
    return merged_of(tensors, concurrency);
  }

  std::vector<float> merged_of(const std::vector<MemoryTensor>& tensors,
                               merge::Concurrency concurrency) const {
    merge::PlannedTensor planned;
    planned.output = {.name = "w", .shape = shape, .dtype = type};
    planned.method = merge::find_method(method);
    if (planned.method->traits.base != merge::Base::unused) planned.base = &tensors[0].view;
    for (std::size_t i = 0; i < models; ++i) planned.models.push_back(&tensors[i + 1].view);
    auto numbers = per_model;
    numbers.resize(models, per_model.empty() ? Numbers{} : per_model.back());
    planned.settings = settings_of(*planned.method, global, numbers);
    planned.work_type = work_type;
    MemorySink sink;
    merge::execute(plan_of({planned}), sink, {.concurrency = concurrency});
    return sink.values.at("w");
  }
};

void expect_equal(Given given, const std::string& what) {
  const bool f16_holds = given.scale > 1e-4F && given.scale < 1e3F;
  for (const DType type : {DType::BF16, DType::F16}) {
    if (type == DType::F16 && !f16_holds) continue;
    given.type = type;
    const std::vector<float> through_f32 = given.merged(DType::F32);
    with_all_kernels([&] {
      const std::vector<float> straight = given.merged(type, merge::Concurrency::parallel);
      ASSERT_EQ(straight.size(), through_f32.size());
      EXPECT_EQ(std::memcmp(straight.data(), through_f32.data(), straight.size() * sizeof(float)), 0)
          << given.method << " " << name(type) << " " << what;
    });
  }
}

// Tiles and lanes with and without a rest; one tensor with a sample of keys; rows that no word of marks
// divides.
const std::vector<merge::Shape> kShapes{{7}, {16}, {3, 700}, {65, 1030}, {40, 2048}, {130, 1000}, {5, 4, 33}};

TEST(StoredPaths, ThinnedTaskVectorsHaveTheBitsOfF32) {
  for (const char* const method :
       {"ties", "breadcrumbs", "breadcrumbs_ties", "dare_linear", "dare_ties", "della", "della_linear"}) {
    for (const merge::Shape& shape : kShapes) {
      for (const bool normalize : {false, true}) {
        for (const bool rescale : {false, true}) {
          const Given given{
              .method = method,
              .shape = shape,
              .models = 2,
              .global = {{"normalize", normalize ? 1 : 0}, {"rescale", rescale ? 1 : 0}, {"lambda", 0.8}},
              .per_model = {{{"weight", 0.7}, {"density", 0.5}}, {{"weight", 0.4}, {"density", 0.3}}}};
          expect_equal(given, fmt::format("{} {} {}", merge::text(shape), normalize, rescale));
        }
      }
    }
  }
}

TEST(StoredPaths, SelectionsByVarianceHaveTheBitsOfF32) {
  for (const merge::Shape& shape : kShapes) {
    for (const std::size_t models : {1, 2, 3, 4, 17}) {
      for (const double share : {0.0, 0.3, 1.0}) {
        expect_equal({.method = "sce", .shape = shape, .models = models, .global = {{"select_topk", share}}},
                     fmt::format("{} {} models {}", merge::text(shape), models, share));
      }
    }
  }
}

// Squares that f32 does not hold, and values near its end.
TEST(StoredPaths, SelectionsByVarianceOfAnySize) {
  for (const float scale : {1e-36F, 1e-19F, 1e20F, 1e37F}) {
    expect_equal(
        {.method = "sce", .shape = {30, 1030}, .models = 2, .global = {{"select_topk", 0.3}}, .scale = scale},
        fmt::format("at {}", scale));
  }
}

// Below 0 the small elements are the likelier ones; 0 and densities of 0 and 1 leave nothing to rivals.
TEST(StoredPaths, RanksDecideWithTheBitsOfF32) {
  for (const double epsilon : {0.4, -0.2, 0.0}) {
    for (const double density : {0.0, 0.5, 1.0}) {
      const Given given{.method = "della",
                        .shape = {40, 2048},
                        .models = 2,
                        .global = {{"rescale", 1}},
                        .per_model = {{{"weight", 0.7}, {"density", density}, {"epsilon", epsilon}},
                                      {{"weight", 0.4}, {"density", 0.45}, {"epsilon", 0.1}}}};
      expect_equal(given, fmt::format("epsilon {} density {}", epsilon, density));
    }
  }
}

TEST(StoredPaths, AnyNumberOfModelsAndAnyWeights) {
  const std::vector<Numbers> each{{{"weight", 0.7}, {"density", 0.5}},
                                  {{"weight", 0}, {"density", 0.5}},
                                  {{"weight", -0.3}, {"density", 1}},
                                  {{"weight", 1.3}, {"density", 0.9}},
                                  {{"weight", 0.2}, {"density", 0.01}}};
  for (const char* const method : {"ties", "breadcrumbs", "dare_linear", "dare_ties"}) {
    for (const std::size_t models : {1, 2, 3, 4, 5, 17}) {
      const Given given{.method = method, .shape = {65, 1030}, .models = models, .per_model = each};
      expect_equal(given, fmt::format("{} models", models));
    }
  }
}

// Quotients down to subnormal ones.
TEST(StoredPaths, MeansAreRoundedAsQuotients) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> weight(-.5, 3);
  for (int i = 0; i < 30; ++i) {
    const std::vector<Numbers> each{{{"weight", weight(random)}, {"density", 0.8}},
                                    {{"weight", i == 0 ? 1e20 : weight(random)}, {"density", 0.8}}};
    for (const float scale : {1.0F, 1e-27F, 1e-36F}) {
      expect_equal({.method = "ties", .shape = {30, 1030}, .models = 2, .per_model = each, .scale = scale},
                   fmt::format("weights {} at {}", i, scale));
    }
  }
}

TEST(StoredPaths, DotProductsAndBlendsHaveTheBitsOfF32) {
  const Numbers weight{{"weight", 0.6}};
  expect_equal({.method = "slerp", .shape = {65, 1030}, .models = 1, .global = {{"t", 0.3}}}, "");
  for (const std::size_t models : {2, 3, 4}) {
    const std::string what = fmt::format("{} models", models);
    expect_equal({.method = "model_stock", .shape = {65, 1030}, .models = models}, what);
    expect_equal({.method = "multislerp", .shape = {65, 1030}, .models = models, .per_model = {weight}},
                 what);
    expect_equal({.method = "karcher", .shape = {65, 1030}, .models = models}, what);
    expect_equal({.method = "linear", .shape = {65, 1030}, .models = models, .per_model = {weight}}, what);
    expect_equal({.method = "task_arithmetic", .shape = {65, 1030}, .models = models, .per_model = {weight}},
                 what);
  }
  expect_equal(
      {.method = "nuslerp", .shape = {65, 1030}, .models = 2, .per_model = {weight, {{"weight", 0.3}}}}, "");
}

// At such a scale most are subnormal in F16.
TEST(StoredPaths, SubnormalValuesHaveTheBitsOfF32) {
  for (const char* const method : {"linear", "slerp", "ties", "dare_ties", "della", "sce"}) {
    Given given{.method = method, .shape = {65, 1030}, .models = 2, .scale = 1e-3F};
    if (given.method == "slerp") given.models = 1, given.global = {{"t", 0.3}};
    if (given.method != "slerp" && given.method != "sce") given.per_model = {{{"weight", 0.7}}};
    expect_equal(given, "");
  }
}

struct Mixed {
  std::vector<MemoryTensor> as_stored;
  std::vector<MemoryTensor> rounded;  // to the recipe's dtype, in f32

  Mixed(const Given& given, std::initializer_list<DType> types) {
    std::uint32_t seed = 98;
    for (const DType type : types) {
      const std::vector<float> values = tuned(merge::elements(given.shape), ++seed, DType::F32);
      as_stored.emplace_back("w", given.shape, values, type);
      std::vector<float> read(values.size());
      merge::to_f32(type, as_stored.back().bytes, read);
      merge::round_to(given.type, read);
      rounded.emplace_back("w", given.shape, read, DType::F32);
    }
  }
};

// A recipe's dtype rounds inputs of other types to it before anything else.
TEST(StoredPaths, ConvertedInputsHaveTheBitsOfInputsRoundedBefore) {
  for (const DType type : {DType::BF16, DType::F16}) {
    const DType other = type == DType::F16 ? DType::BF16 : DType::F16;
    for (const char* const method : {"linear", "task_arithmetic", "slerp", "model_stock", "karcher", "ties",
                                     "dare_ties", "della", "breadcrumbs", "sce"}) {
      Given given{.method = method, .shape = {65, 1030}, .models = 2, .type = type};
      const auto& rows = merge::find_method(method)->parameters;
      for (const merge::Parameter& row : rows) {
        if (row.name == "t") given.global = {{"t", 0.3}}, given.models = 1;
        if (row.name == "weight") given.per_model = {{{"weight", 0.7}}};
        if (row.name == "density") given.per_model[0]["density"] = 0.5;
      }
      const Mixed mixed(given, {DType::F32, other, type});
      const std::vector<float> wanted = given.merged_of(mixed.rounded, merge::Concurrency::serial);
      given.work_type = type;
      with_all_kernels([&] {
        EXPECT_EQ(given.merged_of(mixed.as_stored, merge::Concurrency::parallel), wanted)
            << method << " " << name(type);
      });
    }
  }
}

class Made : public merge::RowReader {
 public:
  explicit Made(std::vector<float> values, std::size_t length)
      : values_(std::move(values)), length_(length) {}
  void read(std::size_t row_begin, std::size_t rows, std::span<float> out) const override {
    std::copy_n(values_.begin() + static_cast<std::ptrdiff_t>(row_begin * length_), rows * length_,
                out.begin());
  }
  std::uint64_t stored_bytes() const override { return values_.size() * sizeof(float); }

 private:
  std::vector<float> values_;
  std::size_t length_;
};

// A weight with its adapter counts as bf16 and is f32: it is rounded once, as part of the result.
TEST(StoredPaths, MadeRowsAreNotRoundedToTheTypeThatTheyCountAs) {
  const merge::Shape shape{65, 1030};
  const std::vector<float> values = tuned(65 * 1030, 1, DType::F32);
  for (const char* const method : {"linear", "slerp", "ties"}) {
    Given given{.method = method, .shape = shape, .models = 1};
    if (given.method == "slerp") given.global = {{"t", 0.3}};
    if (given.method != "slerp") given.per_model = {{{"weight", 0.7}}};
    std::vector<MemoryTensor> tensors;
    tensors.emplace_back("w", shape, tuned(65 * 1030, 99, DType::BF16), DType::BF16);
    tensors.emplace_back("w", shape, values, DType::F32);
    const std::vector<float> wanted = given.merged_of(tensors, merge::Concurrency::serial);
    tensors[1].view.dtype = DType::BF16;
    tensors[1].view.bytes = {};
    tensors[1].view.rows = std::make_shared<Made>(values, 1030);
    given.work_type = DType::BF16;
    with_all_kernels(
        [&] { EXPECT_EQ(given.merged_of(tensors, merge::Concurrency::parallel), wanted) << method; });
  }
}

void expect_refused(const Given& given, std::size_t bad, const std::vector<MemoryTensor>& tensors) {
  try {
    given.merged_of(tensors, merge::Concurrency::serial);
    FAIL() << given.method << " took NaN in input " << bad;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("1 NaN of 66950 values"), std::string::npos) << error.what();
  }
}

TEST(StoredPaths, ValuesThatAreNotFiniteAreRefusedAsEver) {
  for (const DType type : {DType::BF16, DType::F16}) {
    for (const char* const method :
         {"ties", "breadcrumbs", "dare_linear", "dare_ties", "model_stock", "sce"}) {
      for (const std::size_t bad : {std::size_t{0}, std::size_t{1}}) {  // base, a model
        const bool thinned = std::string(method) != "model_stock" && std::string(method) != "sce";
        const Given given{.method = method,
                          .shape = {65, 1030},
                          .models = 2,
                          .per_model = thinned ? std::vector<Numbers>{{{"weight", 0.7}, {"density", 0.1}}}
                                               : std::vector<Numbers>{},
                          .type = type};
        std::vector<MemoryTensor> tensors;
        tensors.reserve(3);
        for (std::size_t i = 0; i < 3; ++i) {
          std::vector<float> values = tuned(65 * 1030, i == 0 ? 99 : static_cast<std::uint32_t>(i), type);
          if (i == bad) values[66000] = std::numeric_limits<float>::quiet_NaN();
          tensors.emplace_back("w", given.shape, values, type);
        }
        with_all_kernels([&] { expect_refused(given, bad, tensors); });
      }
    }
  }
}

// Without it the tests above compare f32 with itself.
TEST(StoredPaths, AreTakenWhereTheProcessorCan) {
  if (merge::kernels::available().empty()) GTEST_SKIP() << "neither AVX-512 nor AVX2 here";
  const std::vector<char> reads{1};
  for (const DType type : {DType::BF16, DType::F16}) {
    const MemoryTensor tensor("w", {4}, {1, 2, 3, 4}, type);
    const MemoryTensor wide("w", {4}, {1, 2, 3, 4}, DType::F32);
    merge::PlannedTensor planned;
    planned.base = &tensor.view;
    planned.models = {&tensor.view};
    EXPECT_TRUE(merge::StoredInputs::of(planned, reads)->make(type));
    EXPECT_FALSE(merge::StoredInputs::of(planned, reads)->make(DType::F32));
    {
      const ActiveKernels none(nullptr);
      EXPECT_FALSE(merge::StoredInputs::of(planned, reads)->make(type));
    }
    planned.base = &wide.view;
    EXPECT_FALSE(merge::StoredInputs::of(planned, reads)->make(type));
    planned.work_type = type;
    EXPECT_TRUE(merge::StoredInputs::of(planned, reads)->make(type));
    planned.work_type = std::nullopt;
    planned.models = {&wide.view};
    EXPECT_FALSE(merge::StoredInputs::of(planned, reads).has_value());
  }
}

}  // namespace
}  // namespace tsugi::tests
