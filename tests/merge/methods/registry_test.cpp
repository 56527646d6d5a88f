// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "merge/methods/describe.h"

namespace tsugi::merge {
namespace {

TEST(Registry, HoldsOneMethodForEachFileSortedByName) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(TSUGI_ROOT "/merge/methods")) {
    if (entry.path().extension() == ".cpp") files.insert(entry.path().stem().string());
  }
  std::vector<std::string> names;
  for (const Method& method : methods()) names.emplace_back(method.name);
  EXPECT_THAT(names, testing::ElementsAreArray(files));
  EXPECT_GE(names.size(), 5);
}

TEST(Registry, FindsByExactName) {
  ASSERT_NE(find_method("ties"), nullptr);
  EXPECT_EQ(find_method("ties")->name, "ties");
  EXPECT_EQ(find_method("Ties"), nullptr);
  EXPECT_EQ(find_method(""), nullptr);
}

TEST(Registry, EveryRowIsComplete) {
  for (const Method& method : methods()) {
    SCOPED_TRACE(method.name);
    EXPECT_FALSE(method.title.empty() || method.formula.empty() || method.source.empty());
    EXPECT_LE(method.traits.min_models, method.traits.max_models);
    ASSERT_NE(method.apply, nullptr);
    EXPECT_TRUE(method.needs != nullptr || (method.keys == nullptr && method.sums == nullptr));
    std::set<std::string_view> names;
    for (const Parameter& row : method.parameters) {
      SCOPED_TRACE(row.name);
      EXPECT_TRUE(names.insert(row.name).second);
      EXPECT_EQ(method.find(row.name), &row);
      EXPECT_THAT(row.doc, testing::EndsWith("."));
      EXPECT_TRUE(!row.standard || row.accepted.contains(*row.standard));
      EXPECT_TRUE(row.accepted.contains(row.searched.low) && row.accepted.contains(row.searched.high));
      EXPECT_LT(row.searched.low, row.searched.high);
      EXPECT_TRUE(row.kind != Kind::boolean || row.accepted.text() == "[0, 1]");
    }
    EXPECT_EQ(method.find("no such parameter"), nullptr);
  }
}

TEST(Range, SaysWhatItContains) {
  const Range half{0, 1, true, false};
  EXPECT_EQ(half.text(), "(0, 1]");
  EXPECT_FALSE(half.contains(0));
  EXPECT_TRUE(half.contains(1e-300));
  EXPECT_TRUE(half.contains(1));
  EXPECT_FALSE(half.contains(1.0000000001));
  EXPECT_FALSE(half.contains(NAN));
  EXPECT_EQ(kAnyNumber.text(), "(-inf, inf)");
  EXPECT_FALSE(kAnyNumber.contains(INFINITY));
  EXPECT_TRUE(kAnyNumber.contains(-1e308));
}

// A method of this test: one member of each kind, and only what every method must have.
struct Probe {
  static constexpr std::string_view name = "probe";
  static constexpr std::string_view title = "Probe";
  static constexpr std::string_view formula = "count + factor + i offset";
  static constexpr std::string_view source = "this test";
  static constexpr Traits traits{};

  struct Params {
    int count = 3;
    bool flag = true;
  };
  struct ModelParams {
    double factor = 0;
    double offset = .5;
  };

  // Rows of both scopes mixed: each scope counts for itself.
  static constexpr auto table() {
    return std::tuple{required(&ModelParams::factor, {.name = "factor", .doc = "A."}),
                      standard(&Params::count, {.name = "count", .accepted = {1, 9}, .doc = "B."}),
                      standard(&ModelParams::offset, {.name = "offset", .doc = "C."}),
                      standard(&Params::flag, {.name = "flag", .doc = "D."})};
  }

  static void apply(const Typed<Probe>& given, const Tile&, const Answers&, std::span<float> out) {
    out[0] = static_cast<float>(given.params.count);
    out[1] = given.params.flag ? 1 : 0;
    for (std::size_t i = 0; i < given.models.size(); ++i) {
      out[2 + 2 * i] = static_cast<float>(given.models[i].factor);
      out[3 + 2 * i] = static_cast<float>(given.models[i].offset);
    }
  }
};

TEST(Describe, TellsTheTableFromTheMembers) {
  const Method method = describe<Probe>();
  ASSERT_EQ(method.parameters.size(), 4);
  const auto& [factor, count, offset, flag] =
      std::tie(method.parameters[0], method.parameters[1], method.parameters[2], method.parameters[3]);
  EXPECT_EQ(factor.scope, Scope::per_model);
  EXPECT_EQ(factor.standard, std::nullopt);
  EXPECT_EQ(count.scope, Scope::global);
  EXPECT_EQ(count.kind, Kind::integer);
  EXPECT_EQ(count.standard, 3);
  EXPECT_EQ(offset.standard, .5);
  EXPECT_EQ(offset.kind, Kind::number);
  EXPECT_EQ(flag.kind, Kind::boolean);
  EXPECT_EQ(flag.standard, 1);
  EXPECT_EQ(method.needs, nullptr);
  EXPECT_EQ(method.reads, nullptr);
  EXPECT_EQ(method.check, nullptr);
}

TEST(Describe, HandsNumbersToTheMembers) {
  const Method method = describe<Probe>();
  const Settings settings{.global = {7, 0}, .per_model = {{1.5, 2.5}, {3.5, 4.5}}};
  std::vector<float> out(6);
  method.apply({.name = "w", .shape = {}, .models = 2, .settings = &settings}, {}, {}, out);
  EXPECT_THAT(out, testing::ElementsAre(7, 0, 1.5, 2.5, 3.5, 4.5));
}

}  // namespace
}  // namespace tsugi::merge
