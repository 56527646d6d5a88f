// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/team.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "eval/model/batching.h"
#include "eval/model/kernels/bf16_kernels.h"
#include "merge/parallel.h"
#include "recipes/error.h"
#include "tests/eval/model/tiny_model.h"

namespace tsugi::eval {
namespace {

using merge::Concurrency;
using tests::Random;

// Members, and threads that may help: none has to.
constexpr std::array<std::pair<std::size_t, std::size_t>, 5> kTeams = {
    {{1, 1}, {2, 2}, {3, 2}, {4, 1}, {3, 3}}};

TEST(Team, SharesEachPieceOnce) {
  for (const auto& [members, threads] : kTeams) {
    merge::ThreadPool(threads).run([&, members = members] {
      Team team(members);
      team.lead([&] {
        for (const std::size_t n : {0U, 1U, 2U, 7U, 100U}) {
          for (const std::size_t least : {1U, 5U, 1000U}) {
            for (int again = 0; again < 200; ++again) {
              std::vector<std::atomic<int>> met(n);
              std::vector<std::atomic<int>> inside(members);
              team.share(n, least, [&](std::size_t member, std::size_t begin, std::size_t end) {
                ASSERT_LT(member, members);
                EXPECT_EQ(inside[member].fetch_add(1), 0) << "two stretches of one member at once";
                EXPECT_GE(end - begin, std::min<std::size_t>(n, least));
                for (std::size_t i = begin; i < end; ++i) ++met[i];
                --inside[member];
              });
              for (const auto& times : met) ASSERT_EQ(times, 1);
            }
          }
        }
      });
    });
  }
}

TEST(Team, SharesByCost) {
  for (const auto& [members, threads] : kTeams) {
    merge::ThreadPool(threads).run([&, members = members] {
      Team team(members);
      team.lead([&] {
        for (const std::vector<std::size_t>& costs : {std::vector<std::size_t>{},
                                                      {3},
                                                      {1, 1, 1, 1, 1, 1},
                                                      {100, 1, 1},
                                                      {1, 1, 100},
                                                      {7, 2, 9, 4, 4, 1, 3}}) {
          std::vector<std::atomic<int>> met(costs.size());
          std::atomic<std::size_t> largest = 0;
          team.share(costs, [&](std::size_t, std::size_t begin, std::size_t end) {
            std::size_t sum = 0;
            for (std::size_t i = begin; i < end; ++i) {
              ++met[i];
              sum += costs[i];
            }
            std::size_t known = largest;
            while (known < sum && !largest.compare_exchange_weak(known, sum)) {
            }
          });
          std::size_t all = 0;
          for (std::size_t i = 0; i < costs.size(); ++i) {
            ASSERT_EQ(met[i], 1);
            all += costs[i];
          }
          // A stretch ends with the piece that fills it.
          const std::size_t piece = costs.empty() ? 0 : *std::max_element(costs.begin(), costs.end());
          EXPECT_LE(largest, all / members + piece);
        }
      });
    });
  }
}

TEST(Team, WhatAMemberThrowsReachesTheCaller) {
  merge::ThreadPool(2).run([] {
    Team team(2);
    const auto fail = [&](std::size_t bad) {
      team.lead([&] {
        team.share(2, 1, [&](std::size_t, std::size_t begin, std::size_t) {
          if (begin == bad) throw Error("one stretch");
        });
      });
    };
    for (int again = 0; again < 50; ++again) {
      EXPECT_THROW(fail(0), Error);
      EXPECT_THROW(fail(1), Error);
      EXPECT_NO_THROW(fail(2));
    }
  });
}

// Large enough that its threads generate together.
ModelShape shape_of_a_team() {
  ModelShape shape = tests::tiny_shape(true);
  shape.layers = 2;
  shape.hidden = 512;
  shape.heads = 8;
  shape.kv_heads = 2;
  shape.head = 64;
  shape.ffn = 1024;
  shape.vocabulary = 1200;
  shape.ropes = {plain_rope(shape.head, 10000)};
  return shape;
}

class TeamDecodingTest : public testing::Test {
 protected:
  // Answers of a team of each size are those of one thread alone.
  static void expect_equal_answers(const ModelShape& shape, DType storage, Compute compute) {
    const tests::TinyModel model = tests::make_tiny(shape, 1);
    const auto weights = tests::reside(model, storage, compute);
    const Decoder decoder({weights.get()}, plain_path(shape.layers));
    Random random(3);
    std::vector<std::vector<TokenId>> prompts;
    for (std::size_t i = 0; i < 9; ++i)
      prompts.push_back(tests::random_tokens(random, 1 + i * 23 % 60, shape.vocabulary));
    prompts.push_back(prompts.back());  // shares what it can
    std::vector<GenerationRequest> requests;
    for (const auto& prompt : prompts)
      requests.push_back({prompt, 5, 1.0F + 0.1F * (requests.size() % 2 != 0)});
    const DType element = kv_element(compute);
    const auto expected = decoder.generate(requests, {}, Concurrency::serial);
    for (const std::size_t threads : {2U, 3U}) {
      ASSERT_EQ(decoding_team(shape, element, requests.size(), threads), threads);
      merge::ThreadPool(threads).run(
          [&] { EXPECT_EQ(decoder.generate(requests, {}, Concurrency::parallel), expected) << threads; });
    }
  }
};

TEST_F(TeamDecodingTest, InF32) {
  expect_equal_answers(shape_of_a_team(), DType::F32, Compute::f32);
}

// Gates whose columns do not begin with a panel, capped scores and logits.
TEST_F(TeamDecodingTest, WithOddSizes) {
  ModelShape shape = shape_of_a_team();
  shape.ffn = 1001;
  shape.attention_cap = 30;
  shape.logit_cap = 20;
  expect_equal_answers(shape, DType::F32, Compute::f32);
}

TEST_F(TeamDecodingTest, InBf16) {
  const kernels::Bf16Kernels* before = kernels::active_bf16();
  for (const kernels::Bf16Kernels* table : kernels::available_bf16()) {
    kernels::activate_bf16(table);
    ModelShape shape = shape_of_a_team();
    shape.layers = 4;
    expect_equal_answers(shape, DType::BF16, Compute::bf16);
  }
  kernels::activate_bf16(before);
}

TEST(DecodingTeam, IsForLargeModelsAndFewSequences) {
  const ModelShape large = shape_of_a_team();
  EXPECT_EQ(decoding_team(large, DType::F32, 4, 2), 2U);
  EXPECT_EQ(decoding_team(large, DType::F32, 4, 1), 1U);
  EXPECT_EQ(decoding_team(large, DType::F32, 1, 8), 8U);
  EXPECT_EQ(decoding_team(large, DType::F32, 200, 2), 1U);
  EXPECT_EQ(decoding_team(tests::tiny_shape(true), DType::F32, 4, 2), 1U);
}

}  // namespace
}  // namespace tsugi::eval
