// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "eval/model/decoder.h"
#include "eval/model/kernels/kernels.h"
#include "recipes/error.h"
#include "tests/eval/model/tiny_model.h"

namespace tsugi::eval {
namespace {

using merge::Concurrency;
using tests::Random;
using tests::TinyModel;

constexpr TokenId kStop = 5;
bool ends_with_stop(std::size_t, std::span<const TokenId> generated) {
  return generated.back() == kStop;
}

class GenerateTest : public testing::TestWithParam<const kernels::Kernels*> {
 protected:
  void SetUp() override { kernels::activate(*GetParam()); }
  void TearDown() override { kernels::activate(before_); }

  // More requests than a batch holds, of very different lengths, among them longer than a step.
  void make_requests(std::size_t count) {
    Random random(3);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t length = i == 17 ? 150 : 1 + random.below(30);
      prompts.push_back(tests::random_tokens(random, length, model.shape.vocabulary));
      requests.push_back({prompts.back(), 1 + random.below(20)});
    }
    for (std::size_t i = 0; i < count; ++i) requests[i].prompt = prompts[i];
  }

  // The next token from the logits of everything so far, again and again.
  std::vector<TokenId> recomputed(const GenerationRequest& request) const {
    std::vector<TokenId> tokens(request.prompt.begin(), request.prompt.end());
    while (tokens.size() - request.prompt.size() < request.max_new_tokens) {
      const std::vector<float> logits = decoder.logits(tokens);
      const auto last = logits.end() - static_cast<std::ptrdiff_t>(model.shape.vocabulary);
      tokens.push_back(static_cast<TokenId>(std::max_element(last, logits.end()) - last));
      if (tokens.back() == kStop) break;
    }
    return {tokens.begin() + static_cast<std::ptrdiff_t>(request.prompt.size()), tokens.end()};
  }

  TinyModel model = tests::make_tiny(tests::tiny_shape(true), 1);
  std::unique_ptr<ResidentWeights> weights = tests::reside(model);
  Decoder decoder{{weights.get()}, {{0, 0, 0, 1}, {0, 1, 1, 1}, {0, 1, 1, 0.8F}, {0, 2, 2, 1}}};
  std::vector<std::vector<TokenId>> prompts;
  std::vector<GenerationRequest> requests;

 private:
  const kernels::Kernels& before_ = kernels::active();
};

INSTANTIATE_TEST_SUITE_P(Available, GenerateTest,
                         testing::ValuesIn(kernels::available().begin(), kernels::available().end()),
                         [](const auto& parameter) {
                           std::string name = parameter.param->name;
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(GenerateTest, EqualsRecomputationOfEveryToken) {
  make_requests(90);
  const auto answers = decoder.generate(requests, ends_with_stop, Concurrency::serial);
  ASSERT_EQ(answers.size(), requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) EXPECT_EQ(answers[i], recomputed(requests[i])) << i;
}

TEST_P(GenerateTest, DoesNotDependOnBatchOrThreads) {
  make_requests(150);
  const auto serial = decoder.generate(requests, ends_with_stop, Concurrency::serial);
  for (const std::size_t threads : {1U, 2U, 5U}) {
    merge::ThreadPool(threads).run([&] {
      EXPECT_EQ(decoder.generate(requests, ends_with_stop, Concurrency::parallel), serial) << threads;
    });
  }
  for (std::size_t i = 0; i < requests.size(); i += 10) {
    EXPECT_EQ(decoder.generate({&requests[i], 1}, ends_with_stop, Concurrency::serial)[0], serial[i]) << i;
  }
}

// Prompts with the same examples before the question: each thread computes what they share once.
TEST_P(GenerateTest, SharedBeginningsChangeNothing) {
  make_requests(70);
  Random random(4);
  const std::vector<TokenId> examples = tests::random_tokens(random, 75, model.shape.vocabulary);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const std::size_t length = i % 5 == 0 ? 40 : 75;
    prompts[i].resize(std::min<std::size_t>(prompts[i].size(), 60));
    prompts[i].insert(prompts[i].begin(), examples.begin(),
                      examples.begin() + static_cast<std::ptrdiff_t>(length));
    requests[i].prompt = prompts[i];
    requests[i].max_new_tokens =
        std::min(requests[i].max_new_tokens, model.shape.max_positions - prompts[i].size());
  }
  const auto together = decoder.generate(requests, ends_with_stop, Concurrency::serial);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto alone = decoder.generate({&requests[i], 1}, ends_with_stop, Concurrency::serial);
    EXPECT_EQ(alone[0], together[i]) << i;
  }
}

TEST_P(GenerateTest, EndsAtTheLastPosition) {
  Random random(4);
  const std::vector<TokenId> prompt = tests::random_tokens(random, 190, model.shape.vocabulary);
  const std::vector<TokenId> full = tests::random_tokens(random, 200, model.shape.vocabulary);
  const GenerationRequest asked[] = {{prompt, 1000}, {full, 5}, {prompt, 0}, {prompt, 3}};
  const auto answers = decoder.generate(asked, {}, Concurrency::serial);
  EXPECT_EQ(answers[0].size(), 10U);
  EXPECT_THAT(answers[1], testing::IsEmpty());
  EXPECT_THAT(answers[2], testing::IsEmpty());
  EXPECT_EQ(answers[3], std::vector<TokenId>(answers[0].begin(), answers[0].begin() + 3));
}

TEST_P(GenerateTest, StopSeesEveryTokenOnceAndTheLastIsKept) {
  make_requests(3);
  for (GenerationRequest& request : requests) request.max_new_tokens = 9;
  std::vector<std::size_t> calls(3);
  const StopCheck stop = [&](std::size_t index, std::span<const TokenId> generated) {
    EXPECT_EQ(generated.size(), ++calls[index]);
    return index == 1 && generated.size() == 4;
  };
  const auto answers = decoder.generate(requests, stop, Concurrency::serial);
  EXPECT_THAT(calls, testing::ElementsAre(9, 4, 9));
  EXPECT_EQ(answers[1].size(), 4U);
}

TEST_P(GenerateTest, NothingAskedNothingDone) {
  EXPECT_THAT(decoder.generate({}, ends_with_stop, Concurrency::parallel), testing::IsEmpty());
}

TEST_P(GenerateTest, BadPromptsAreInputErrors) {
  const std::vector<TokenId> outside = {1, 53};
  const std::vector<TokenId> longer(201, 1);
  for (const std::span<const TokenId> prompt :
       {std::span<const TokenId>(), std::span(outside), std::span(longer)}) {
    const GenerationRequest request = {prompt, 5};
    EXPECT_THROW(decoder.generate({&request, 1}, {}, Concurrency::serial), InputError);
  }
}

TEST_P(GenerateTest, TheLowestOfEqualTokensWins) {
  TinyModel equal = model;
  std::vector<float>& embedding = equal.tensors.at("model.embed_tokens.weight").second;
  for (std::size_t i = 0; i < embedding.size(); ++i)
    embedding[i] = embedding[i % equal.shape.hidden];  // all rows alike
  const auto alike = tests::reside(equal);
  const std::vector<TokenId> prompt = {50, 51};
  const GenerationRequest request = {prompt, 2};
  EXPECT_THAT(Decoder({alike.get()}, plain_path(3)).generate({&request, 1}, {}, Concurrency::serial)[0],
              testing::ElementsAre(0, 0));
}

}  // namespace
}  // namespace tsugi::eval
