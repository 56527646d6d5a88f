// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/model/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "eval/model/kernels/bf16_kernels.h"
#include "eval/model/kernels/kernels.h"
#include "recipes/error.h"
#include "tests/eval/model/tiny_model.h"

namespace tsugi::eval {
namespace {

using tests::make_tiny;
using tests::Random;
using tests::tiny_shape;
using tests::TinyModel;

void expect_near(std::span<const float> logits, std::span<const double> reference, std::size_t hops) {
  ASSERT_EQ(logits.size(), reference.size());
  const double tolerance = tests::logits_tolerance(reference, hops);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(logits[i]), reference[i], tolerance) << i;
  }
}

// Each test runs on every instruction set of this CPU.
class DecoderTest : public testing::TestWithParam<const kernels::Kernels*> {
 protected:
  void SetUp() override { kernels::activate(*GetParam()); }
  void TearDown() override { kernels::activate(before_); }
  Random random{7};

 private:
  const kernels::Kernels& before_ = kernels::active();
};

INSTANTIATE_TEST_SUITE_P(Available, DecoderTest,
                         testing::ValuesIn(kernels::available().begin(), kernels::available().end()),
                         [](const auto& parameter) {
                           std::string name = parameter.param->name;
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(DecoderTest, LogitsOfThePlainPath) {
  for (const bool tied : {true, false}) {
    const TinyModel model = make_tiny(tiny_shape(tied), 1);
    const auto weights = tests::reside(model);
    const std::vector<TokenId> tokens =
        tests::random_tokens(random, 150, model.shape.vocabulary);  // two steps
    const TinyModel* models[] = {&model};
    expect_near(Decoder({weights.get()}, plain_path(3)).logits(tokens),
                tests::reference_logits(models, plain_path(3), tokens), 3);
  }
}

TEST_P(DecoderTest, LogitsFromWeightsInBfloat) {
  TinyModel model = make_tiny(tiny_shape(true), 1);
  const auto weights = tests::reside(model, DType::BF16);
  for (auto& [name, tensor] : model.tensors)
    merge::round_to(DType::BF16, tensor.second);  // widening is exact
  const std::vector<TokenId> tokens = tests::random_tokens(random, 20, model.shape.vocabulary);
  const TinyModel* models[] = {&model};
  expect_near(Decoder({weights.get()}, plain_path(3)).logits(tokens),
              tests::reference_logits(models, plain_path(3), tokens), 3);
}

TEST_P(DecoderTest, PathsSkipRepeatMixAndScale) {
  const TinyModel a = make_tiny(tiny_shape(true), 1);
  ModelShape deeper = tiny_shape(true);
  deeper.layers = 5;
  const TinyModel b = make_tiny(deeper, 2);
  const auto weights_a = tests::reside(a);
  const auto weights_b = tests::reside(b);
  const std::vector<TokenId> tokens = tests::random_tokens(random, 30, a.shape.vocabulary);
  const TinyModel* models[] = {&a, &b};
  const std::vector<Path> paths = {
      {{0, 0, 0, 1}, {0, 2, 2, 1}},                                    // skipped
      {{0, 0, 0, 1}, {0, 1, 1, 1}, {0, 1, 1, 1}, {0, 2, 2, 1}},        // repeated: two KV slots of one layer
      {{0, 0, 0, 1}, {1, 4, 4, 0.7F}, {0, 1, 1, 1.3F}, {1, 0, 0, 1}},  // mixed and scaled
      {{1, 3, 3, 0.5F}, {1, 3, 3, 2}, {1, 3, 3, 0.9F}, {1, 2, 2, 1}, {0, 2, 2, 1}}};
  for (const Path& path : paths) {
    expect_near(Decoder({weights_a.get(), weights_b.get()}, path).logits(tokens),
                tests::reference_logits(models, path, tokens), path.size());
  }
}

TEST_P(DecoderTest, APositionDoesNotDependOnLaterOnes) {
  const TinyModel model = make_tiny(tiny_shape(true), 1);
  const auto weights = tests::reside(model);
  const Decoder decoder({weights.get()}, plain_path(3));
  const std::vector<TokenId> tokens = tests::random_tokens(random, 140, model.shape.vocabulary);
  const std::vector<float> all = decoder.logits(tokens);
  for (const std::size_t n : {1U, 2U, 7U, 70U, 119U, 121U}) {
    const std::vector<float> some = decoder.logits(std::span(tokens).first(n));
    EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin())) << n;
  }
}

// Each test runs on every instruction set of this CPU that multiplies in bf16; none on other CPUs.
class BfloatDecoderTest : public testing::TestWithParam<const kernels::Bf16Kernels*> {
 protected:
  void SetUp() override { kernels::activate_bf16(GetParam()); }
  void TearDown() override { kernels::activate_bf16(before_); }
  Random random{8};

 private:
  const kernels::Bf16Kernels* before_ = kernels::active_bf16();
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(BfloatDecoderTest);
INSTANTIATE_TEST_SUITE_P(Available, BfloatDecoderTest,
                         testing::ValuesIn(kernels::available_bf16().begin(),
                                           kernels::available_bf16().end()),
                         [](const auto& parameter) {
                           std::string name = parameter.param->name;
                           std::erase_if(name, [](char c) { return c == '-' || c == ' '; });
                           return name;
                         });

TEST_P(BfloatDecoderTest, LogitsAreNear) {
  const TinyModel model = make_tiny(tiny_shape(true), 1);
  const auto weights = tests::reside(model, DType::BF16, Compute::bf16);
  const auto exact = tests::reside(model, DType::BF16);
  const std::vector<TokenId> tokens = {3, 1, 4, 1, 5};
  const std::vector<float> rounded = Decoder({weights.get()}, plain_path(3)).logits(tokens);
  const std::vector<float> full = Decoder({exact.get()}, plain_path(3)).logits(tokens);
  float largest = 0;
  for (const float x : full) largest = std::max(largest, std::abs(x));
  // 3 layers of 4 products with activations good to 2^-9: 12 * 2^-9, times 4 for the unlucky ones.
  for (std::size_t i = 0; i < full.size(); ++i) EXPECT_NEAR(rounded[i], full[i], 48.0F / 512 * largest);
}

TEST_P(BfloatDecoderTest, APositionDoesNotDependOnLaterOnes) {
  const TinyModel model = make_tiny(tiny_shape(true), 1);
  const auto weights = tests::reside(model, DType::BF16, Compute::bf16);
  const Decoder decoder({weights.get()}, plain_path(3));
  const std::vector<TokenId> tokens = tests::random_tokens(random, 170, model.shape.vocabulary);
  const std::vector<float> all = decoder.logits(tokens);
  for (const std::size_t n : {1U, 2U, 7U, 33U, 70U, 119U, 121U, 131U}) {
    const std::vector<float> some = decoder.logits(std::span(tokens).first(n));
    EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin())) << n;
  }
}

TEST_P(BfloatDecoderTest, AnswersAndLikelihoodsDoNotDependOnThreadsOrCompany) {
  const TinyModel model = make_tiny(tiny_shape(true), 1);
  const auto weights = tests::reside(model, DType::BF16, Compute::bf16);
  const Decoder decoder({weights.get()}, plain_path(3));
  std::vector<std::vector<TokenId>> prompts;
  std::vector<GenerationRequest> asked;
  std::vector<LikelihoodRequest> scored;
  for (std::size_t i = 0; i < 70; ++i)
    prompts.push_back(tests::random_tokens(random, 1 + i * 7 % 60, model.shape.vocabulary));
  for (const auto& prompt : prompts) {
    asked.push_back({prompt, 9});
    scored.push_back({prompt, std::span(prompts[1]).first(5)});  // of 8 tokens
  }
  std::vector<std::vector<TokenId>> answers;
  std::vector<double> sums;
  for (std::size_t i = 0; i < prompts.size(); ++i) {  // each alone
    answers.push_back(decoder.generate({&asked[i], 1}, {}, merge::Concurrency::serial).front());
    sums.push_back(decoder.log_likelihoods({&scored[i], 1}, merge::Concurrency::serial).front().sum);
  }
  for (const std::size_t threads : {1U, 2U, 3U}) {
    merge::ThreadPool(threads).run([&] {
      EXPECT_EQ(decoder.generate(asked, {}, merge::Concurrency::parallel), answers) << threads;
      const std::vector<Likelihood> all = decoder.log_likelihoods(scored, merge::Concurrency::parallel);
      for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_EQ(all[i].sum, sums[i]) << threads << ", " << i;
    });
  }
}

TEST_P(BfloatDecoderTest, ItsNameIsPartOfTheInstructionSet) {
  EXPECT_THAT(describe_instruction_set(),
              testing::EndsWith(std::string(", bf16 products on ") + GetParam()->name));
  EXPECT_THAT(describe_compute(Compute::bf16, DType::BF16), testing::HasSubstr(GetParam()->name));
}

TEST(Decoder, PathsThatLeadNowhereAreErrors) {
  const auto weights = tests::reside(make_tiny(tiny_shape(true), 1));
  EXPECT_THROW(Decoder({}, plain_path(3)), Error);
  EXPECT_THROW(Decoder({weights.get()}, plain_path(4)), Error);
  EXPECT_THROW(Decoder({weights.get()}, {{1, 0, 0, 1}}), Error);
  ModelShape wider = tiny_shape(true);
  wider.ffn = 40;
  const auto other = tests::reside(make_tiny(wider, 1));
  EXPECT_THROW(Decoder({weights.get(), other.get()}, plain_path(3)), Error);
}

TEST(Decoder, TokensOutsideTheModelAreInputErrors) {
  const auto weights = tests::reside(make_tiny(tiny_shape(true), 1));
  const Decoder decoder({weights.get()}, plain_path(3));
  EXPECT_THROW(decoder.logits(std::vector<TokenId>{}), InputError);
  EXPECT_THROW(decoder.logits(std::vector<TokenId>{53}), InputError);
  EXPECT_THROW(decoder.logits(std::vector<TokenId>{-1}), InputError);
  EXPECT_THROW(decoder.logits(std::vector<TokenId>(201, 1)), InputError);
}

TEST(Decoder, WorkspaceGrowsWithHopsAndTokens) {
  const ModelShape shape = tiny_shape(true);
  // 24 sequences, as of all models this small, of 128 positions (100 rounded up to blocks of 32), 2 heads of
  // 10 keys and 16 values each.
  for (const auto& [compute, element] : {std::pair(Compute::f32, 4U), std::pair(Compute::bf16, 2U)}) {
    const std::size_t small = Decoder::workspace_bytes(shape, 3, compute, 100);
    EXPECT_EQ(Decoder::workspace_bytes(shape, 5, compute, 100) - small,
              2U * 24 * 128 * 2 * (10 + 16) * element);
    EXPECT_GT(Decoder::workspace_bytes(shape, 3, compute, 200), small);
  }
}

}  // namespace
}  // namespace tsugi::eval
