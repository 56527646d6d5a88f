// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <list>

#include "eval/model/decoder.h"
#include "eval/model/kernels/kernels.h"
#include "recipes/error.h"
#include "tests/eval/model/tiny_model.h"

namespace tsugi::eval {
namespace {

using merge::Concurrency;
using tests::Random;
using tests::TinyModel;

class LikelihoodTest : public testing::TestWithParam<const kernels::Kernels*> {
 protected:
  void SetUp() override { kernels::activate(*GetParam()); }
  void TearDown() override { kernels::activate(before_); }

  std::span<const TokenId> tokens(std::size_t count) {
    return kept_.emplace_back(tests::random_tokens(random, count, model.shape.vocabulary));
  }

  // From logits of the whole sequence, in double.
  Likelihood recomputed(std::span<const TokenId> context, std::span<const TokenId> continuation) const {
    std::vector<TokenId> all(context.begin(), context.end());
    all.insert(all.end(), continuation.begin(), continuation.end());
    all.pop_back();
    const std::vector<float> logits = decoder.logits(all);
    const std::size_t width = model.shape.vocabulary;
    Likelihood result = {0, true};
    for (std::size_t i = 0; i < continuation.size(); ++i) {
      const auto row = logits.begin() + static_cast<std::ptrdiff_t>((context.size() - 1 + i) * width);
      const auto end = row + static_cast<std::ptrdiff_t>(width);
      double total = 0;
      for (auto x = row; x != end; ++x) total += std::exp(static_cast<double>(*x));
      result.each.push_back(static_cast<double>(row[continuation[i]]) - std::log(total));
      result.sum += result.each.back();
      result.greedy = result.greedy && std::max_element(row, end) - row == continuation[i];
    }
    return result;
  }

  void expect(const Likelihood& seen, const Likelihood& wanted, std::size_t length) const {
    // Each log-probability of size up to 10 is rounded to half a unit; the sum below it is good to 20 eps.
    EXPECT_NEAR(seen.sum, wanted.sum, static_cast<double>(length) * (5 + 22) * 1.2e-7);
    EXPECT_EQ(seen.greedy, wanted.greedy);
    for (std::size_t i = 0; i < seen.each.size(); ++i)
      EXPECT_NEAR(seen.each[i], wanted.each[i], (5 + 22) * 1.2e-7);
  }

  Random random{11};
  TinyModel model = tests::make_tiny(tests::tiny_shape(false), 1);
  std::unique_ptr<ResidentWeights> weights = tests::reside(model);
  Decoder decoder{{weights.get()}, plain_path(3)};

 private:
  const kernels::Kernels& before_ = kernels::active();
  std::list<std::vector<TokenId>> kept_;
};

INSTANTIATE_TEST_SUITE_P(Available, LikelihoodTest,
                         testing::ValuesIn(kernels::available().begin(), kernels::available().end()),
                         [](const auto& parameter) {
                           std::string name = parameter.param->name;
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(LikelihoodTest, TokensValuesAreGivenWhereTheyAreAskedFor) {
  const auto context = tokens(3);
  const auto continuation = tokens(9);
  const auto other = tokens(4);
  const std::vector<LikelihoodRequest> requests = {
      {context, other}, {context, continuation, true}, {context, other, true}};
  const auto seen = decoder.log_likelihoods(requests, Concurrency::serial);
  EXPECT_TRUE(seen[0].each.empty());
  ASSERT_EQ(seen[1].each.size(), 9U);
  ASSERT_EQ(seen[2].each.size(), 4U);
  expect(seen[1], recomputed(context, continuation), 9);
  expect(seen[2], recomputed(context, other), 4);
}

TEST_P(LikelihoodTest, EqualsSumsOverWholeSequences) {
  std::vector<LikelihoodRequest> requests;
  for (std::size_t item = 0; item < 70; ++item) {
    const std::span<const TokenId> context = tokens(item == 5 ? 130 : 1 + random.below(30));
    const std::size_t choices = 1 + random.below(4);
    for (std::size_t c = 0; c < choices; ++c) requests.push_back({context, tokens(1 + random.below(12))});
  }
  const std::vector<Likelihood> results = decoder.log_likelihoods(requests, Concurrency::serial);
  ASSERT_EQ(results.size(), requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    expect(results[i], recomputed(requests[i].context, requests[i].continuation),
           requests[i].continuation.size());
    // Sharing a context changes no bit.
    const Likelihood alone = decoder.log_likelihoods({&requests[i], 1}, Concurrency::serial)[0];
    EXPECT_EQ(alone.sum, results[i].sum) << i;
  }
  for (const std::size_t threads : {1U, 3U}) {
    merge::ThreadPool(threads).run([&] {
      const std::vector<Likelihood> parallel = decoder.log_likelihoods(requests, Concurrency::parallel);
      for (std::size_t i = 0; i < requests.size(); ++i) EXPECT_EQ(parallel[i].sum, results[i].sum) << i;
    });
  }
}

TEST_P(LikelihoodTest, SharedBeginningsChangeNoBit) {
  std::vector<LikelihoodRequest> requests;
  const std::span<const TokenId> examples = tokens(100);
  std::list<std::vector<TokenId>> contexts;
  for (std::size_t item = 0; item < 70; ++item) {
    // Some end with what is shared, or within it.
    const std::span<const TokenId> shared = examples.first(item % 3 == 0 ? 64 : item % 3 == 1 ? 100 : 96);
    const std::span<const TokenId> own = tokens(1 + random.below(10));
    std::vector<TokenId>& context = contexts.emplace_back(shared.begin(), shared.end());
    if (item % 4 != 0) context.insert(context.end(), own.begin(), own.end());
    for (std::size_t c = 0; c <= item % 3; ++c) requests.push_back({context, tokens(1 + random.below(40))});
  }
  const std::vector<Likelihood> results = decoder.log_likelihoods(requests, Concurrency::serial);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const Likelihood alone = decoder.log_likelihoods({&requests[i], 1}, Concurrency::serial)[0];
    EXPECT_EQ(alone.sum, results[i].sum) << i;
    EXPECT_EQ(alone.greedy, results[i].greedy) << i;
  }
}

TEST_P(LikelihoodTest, GreedyAnswersAreGreedy) {
  const std::span<const TokenId> context = tokens(9);
  const GenerationRequest ask = {context, 6};
  std::vector<TokenId> answer = decoder.generate({&ask, 1}, {}, Concurrency::serial)[0];
  std::vector<TokenId> other = answer;
  other[3] = (other[3] + 1) % static_cast<TokenId>(model.shape.vocabulary);
  const LikelihoodRequest requests[] = {{context, answer}, {context, other}};
  const std::vector<Likelihood> results = decoder.log_likelihoods(requests, Concurrency::serial);
  EXPECT_TRUE(results[0].greedy);
  EXPECT_FALSE(results[1].greedy);
}

// lm-evaluation-harness: the last max_length + 1 tokens of context + continuation, without the last of those,
// are fed.
TEST_P(LikelihoodTest, LongContextsAreCutFromTheLeft) {
  const std::span<const TokenId> context = tokens(250);
  const std::span<const TokenId> continuation = tokens(11);
  const std::span<const TokenId> longer = tokens(200);
  const LikelihoodRequest requests[] = {
      {context, continuation}, {context, longer}, {context, continuation.first(1)}};
  const std::vector<Likelihood> results = decoder.log_likelihoods(requests, Concurrency::serial);
  expect(results[0], recomputed(context.last(190), continuation), 11);
  expect(results[1], recomputed(context.last(1), longer), 200);
  expect(results[2], recomputed(context.last(200), continuation.first(1)), 1);
}

TEST_P(LikelihoodTest, BadRequestsAreInputErrors) {
  const std::vector<TokenId> good = {1, 2};
  const std::vector<TokenId> outside = {1, 53};
  const std::vector<TokenId> longer(201, 1);
  for (const LikelihoodRequest& request :
       {LikelihoodRequest{{}, good}, {good, {}}, {outside, good}, {good, outside}, {good, longer}}) {
    EXPECT_THROW(decoder.log_likelihoods({&request, 1}, Concurrency::serial), InputError);
  }
}

}  // namespace
}  // namespace tsugi::eval
