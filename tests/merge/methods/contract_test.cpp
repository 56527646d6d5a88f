// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// What every method promises, checked for each one of the table: a new method is tested before its author
// writes a test.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>

#include "merge/dot_products.h"
#include "merge/parallel.h"
#include "merge/tiling.h"
#include "tests/support/memory_merge.h"

namespace tsugi::tests {
namespace {

using merge::Base;
using merge::Method;
using merge::Parameter;
using merge::Scope;

// Values in [-1, 1) with 11 bits, so that equal magnitudes occur: the top bits of a multiplicative generator
// (Lehmer).
std::vector<float> noise(std::size_t count, std::uint64_t seed) {
  std::vector<float> values(count);
  std::uint64_t state = 2 * seed + 1;
  for (float& value : values) {
    state *= 0xda942042e4dd58b5ULL;
    value = static_cast<float>(static_cast<std::int64_t>(state >> 53) - 1024) / 1024;
  }
  return values;
}

// A method with its switches set one way, and with or without the base where that is free.
struct Variant {
  const Method* method = nullptr;
  std::vector<std::pair<std::string, bool>> switches = {};
  bool base = true;

  std::string name() const {
    std::string text(method->name);
    for (const auto& [name, on] : switches) text += fmt::format("_{}{}", on ? "" : "no_", name);
    return text + (base || method->traits.base != Base::optional ? "" : "_without_base");
  }
};

void PrintTo(const Variant& variant, std::ostream* out) {
  *out << variant.name();
}

class Contract : public testing::TestWithParam<Variant> {
 protected:
  const Method& method = *GetParam().method;
  const std::size_t models = std::clamp<std::size_t>(3, method.traits.min_models, method.traits.max_models);

  // Required numbers in the middle of where a search would move them; densities low enough to trim.
  MethodCase make(const merge::Shape& shape) const {
    MethodCase made{.shape = shape, .global = {}, .per_model = std::vector<Numbers>(models)};
    const std::size_t count = merge::elements(shape);
    if (method.traits.base != Base::unused && GetParam().base) made.base = noise(count, 1);
    for (std::size_t i = 0; i < models; ++i) made.models.push_back(noise(count, i + 2));
    for (const Parameter& row : method.parameters) {
      const bool thins = row.name == "density";
      if (row.standard && !thins) continue;
      set(made, row, (row.searched.low + row.searched.high) / 2);
    }
    for (const auto& [name, on] : GetParam().switches) set(made, *method.find(name), on ? 1 : 0);
    return made;
  }

  static void set(MethodCase& made, const Parameter& row, double value) {
    if (row.scope == Scope::global) {
      made.global[std::string(row.name)] = value;
    } else {
      for (Numbers& numbers : made.per_model) numbers[std::string(row.name)] = value;
    }
  }

  std::vector<float> run(const MethodCase& made) const { return run_method(std::string(method.name), made); }

  void expect_finite(const std::vector<float>& values, std::size_t count) const {
    ASSERT_EQ(values.size(), count);
    EXPECT_TRUE(std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }));
  }
};

TEST_P(Contract, GivesFiniteValuesForEveryShape) {
  for (const merge::Shape& shape : {merge::Shape{}, {1}, {5000}, {40, 1000}, {3, 9000}, {2, 3, 50}}) {
    SCOPED_TRACE(merge::text(shape));
    expect_finite(run(make(shape)), merge::elements(shape));
  }
}

TEST_P(Contract, GivesTheSameBitsForAnyNumberOfThreads) {
  // More than one task works through.
  MethodCase made = make({300, 1000});
  static_assert(300 * 1000 > merge::kTileElements * merge::kGroupTiles);
  const std::vector<float> serial = run(made);
  made.concurrency = merge::Concurrency::parallel;
  for (const std::size_t threads : {1, 2}) {
    merge::ThreadPool pool(threads);
    std::vector<float> parallel;
    pool.run([&] { parallel = run(made); });
    EXPECT_EQ(std::memcmp(parallel.data(), serial.data(), serial.size() * sizeof(float)), 0) << threads;
  }
}

// With its answers known a method works row by row: where the cut lies between tiles changes nothing.
TEST_P(Contract, GivesTheSameBitsForAnyCut) {
  const std::size_t rows = 24;
  const std::size_t length = 37;
  const MethodCase made = make({rows, length});
  const merge::Shape shape{rows, length};
  const merge::Settings settings = settings_of(method, made.global, made.per_model);
  const merge::TensorCase tensor{.name = "w",
                                 .shape = shape,
                                 .elements = rows * length,
                                 .models = models,
                                 .has_base = !made.base.empty(),
                                 .settings = &settings};
  const auto with_tile = [&](std::size_t index, std::size_t begin, std::size_t count, const auto& body) {
    const auto part = [&](const std::vector<float>& all) {
      return all.empty() ? std::span<const float>() : std::span(all).subspan(begin * length, count * length);
    };
    std::vector<std::span<const float>> parts;
    for (const auto& model : made.models) parts.push_back(part(model));
    body(merge::Tile{.index = index,
                     .begin = begin * length,
                     .size = count * length,
                     .row_length = length,
                     .base = part(made.base),
                     .models = parts});
  };
  merge::Answers answers;
  const merge::Needs needs = method.needs == nullptr ? merge::Needs{} : method.needs(tensor);
  // Any threshold does, with no tie kept; the executor's own are tested with it.
  answers.ranks.resize(needs.ranks.size(), {.threshold = .5F, .ties_kept = 0, .ties_before = {}});
  answers.sums.resize(needs.sums);
  answers.tallies.resize(needs.tallies);
  std::vector<float> whole(rows * length);
  with_tile(0, 0, rows, [&](const merge::Tile& tile) {
    if (needs.tallies > 0) method.tally(tensor, tile, answers.tallies);
    if (needs.products != merge::Products::none) {
      merge::dot_products(needs.products, tile, answers.sums);
    } else if (needs.sums > 0) {
      method.sums(tensor, tile, answers, answers.sums);
    }
    if (method.solve != nullptr) method.solve(tensor, answers);
    method.apply(tensor, tile, answers, whole);
  });
  std::vector<float> cut(rows * length);
  std::vector<double> tallies(needs.tallies);
  for (std::size_t begin = 0, index = 0; begin < rows; begin += 5, ++index) {
    with_tile(index, begin, std::min<std::size_t>(5, rows - begin), [&](const merge::Tile& tile) {
      if (needs.tallies > 0) method.tally(tensor, tile, tallies);
      method.apply(tensor, tile, answers, std::span(cut).subspan(begin * length, tile.size));
    });
  }
  EXPECT_EQ(std::memcmp(whole.data(), cut.data(), cut.size() * sizeof(float)), 0);
  EXPECT_EQ(tallies, answers.tallies);  // rows are added one after the other either way
}

TEST_P(Contract, EqualInputsComeBackWhereDeclared) {
  if (!method.traits.identity) GTEST_SKIP() << "not declared";
  MethodCase made = make({7, 11});
  const std::vector<float> input = noise(77, 9);
  if (!made.base.empty()) made.base = input;
  std::fill(made.models.begin(), made.models.end(), input);
  // Unit parameters: with weights that sum to 1 it does not matter who divides by them.
  if (const Parameter* weight = method.find("weight")) set(made, *weight, 1.0 / static_cast<double>(models));
  const std::vector<float> merged = run(made);
  // A few products and sums of numbers up to 3 (three models of weight up to 1): 8 roundings of half an ulp
  // of 4.
  for (std::size_t i = 0; i < input.size(); ++i) EXPECT_NEAR(merged[i], input[i], 8 * 2.4e-7) << i;
}

TEST_P(Contract, OrderOnlyMovesRoundingWhereDeclared) {
  if (!method.traits.symmetric || models < 2) GTEST_SKIP() << "not declared, or one model";
  MethodCase made = make({7, 11});
  const std::vector<float> forward = run(made);
  std::reverse(made.models.begin(), made.models.end());
  const std::vector<float> backward = run(made);
  for (std::size_t i = 0; i < forward.size(); ++i) EXPECT_NEAR(forward[i], backward[i], 8 * 2.4e-7) << i;
}

TEST_P(Contract, TakesTheEndsOfEveryRangeAndNothingBeyond) {
  for (const Parameter& row : method.parameters) {
    SCOPED_TRACE(row.name);
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    for (const auto& [end, open, outward] :
         {std::tuple(row.accepted.low, row.accepted.low_open, -kInfinity),
          std::tuple(row.accepted.high, row.accepted.high_open, kInfinity)}) {
      EXPECT_EQ(row.accepted.contains(end), !open);
      EXPECT_FALSE(row.accepted.contains(std::nextafter(end, outward)) && std::isfinite(end));
      EXPECT_TRUE(row.accepted.contains(std::nextafter(end, -outward)));
      if (open || std::isinf(end)) continue;
      MethodCase made = make({7, 11});
      set(made, row, end);
      expect_finite(run(made), 77);
    }
  }
}

TEST(Methods, EachHasItsOwnTestAgainstGoldenValues) {
  for (const Method& method : merge::methods()) {
    const std::string path = TSUGI_ROOT "/tests/merge/methods/" + std::string(method.name) + "_test.cpp";
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    EXPECT_NE(text.find("expect_near("), std::string::npos) << path;
  }
}

std::vector<Variant> all_variants() {
  std::vector<Variant> all;
  for (const Method& method : merge::methods()) {
    std::vector<Variant> of_method{{.method = &method}};
    if (method.traits.base == Base::optional) of_method.push_back({.method = &method, .base = false});
    for (const Parameter& row : method.parameters) {
      if (row.kind != merge::Kind::boolean) continue;
      const std::size_t count = of_method.size();
      for (std::size_t i = 0; i < count; ++i) {
        of_method.push_back(of_method[i]);
        of_method[i].switches.emplace_back(row.name, false);
        of_method.back().switches.emplace_back(row.name, true);
      }
    }
    all.insert(all.end(), of_method.begin(), of_method.end());
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Methods, Contract, testing::ValuesIn(all_variants()),
                         [](const auto& test) { return test.param.name(); });

}  // namespace
}  // namespace tsugi::tests
