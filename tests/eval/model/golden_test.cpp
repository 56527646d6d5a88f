// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The decoder against Hugging Face transformers in f32, as recorded by tests/peers/record_logits.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "eval/model/decoder.h"
#include "eval/model/load.h"
#include "eval/tokenizer/tokenizer.h"
#include "merge/checkpoint/checkpoint.h"
#include "merge/checkpoint/mapped_file.h"
#include "merge/checkpoint/safetensors.h"
#include "merge/plan.h"
#include "tests/support/recorded.h"

namespace tsugi::eval {
namespace {

using merge::Concurrency;
using nlohmann::json;
using tests::golden_json;
using tests::golden_path;
using tests::pocket_path;

std::unique_ptr<ResidentWeights> load_pocket(const std::string& model) {
  const merge::MergePlan plan = merge::plan_copy(merge::Checkpoint::open(pocket_path(model)));
  return load_weights(plan, choose_residence(plan, DType::F32));
}

Decoder plain_decoder(const ResidentWeights& weights) {
  return {{&weights}, plain_path(weights.shape().layers)};
}

// The recorded cases of one model.
std::vector<json> recorded_cases(const std::string& model) {
  const json golden = golden_json("logits.json");
  std::vector<json> cases;
  for (const json& recorded : golden.at("cases")) {
    if (recorded.at("model") == model) cases.push_back(recorded);
  }
  EXPECT_EQ(cases.size(), 3U) << "a question, a question with its answer, a long text";
  return cases;
}

// [tokens, vocabulary] of one recorded case.
std::vector<float> recorded_logits(const std::string& name) {
  const merge::MappedFile file(golden_path("logits.safetensors"));
  for (const merge::TensorView& tensor : merge::parse_safetensors(file.bytes(), file.path().string())) {
    if (tensor.name != name) continue;
    std::vector<float> values(merge::elements(tensor.shape));
    merge::to_f32(tensor.dtype, tensor.bytes, values);
    return values;
  }
  throw std::runtime_error("no recorded logits " + name);
}

// The largest difference at one position as a share of its largest logit.
double worst_share(std::span<const float> ours, std::span<const float> theirs) {
  double difference = 0;
  double largest = 0;
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    if (!std::isfinite(ours[i])) return std::numeric_limits<double>::infinity();
    difference = std::max(difference, std::abs(double{ours[i]} - double{theirs[i]}));
    largest = std::max(largest, std::abs(double{theirs[i]}));
  }
  return difference / largest;
}

class Golden : public testing::TestWithParam<const char*> {};

TEST_P(Golden, logits_are_those_of_transformers_at_every_position) {
  const std::string model = GetParam();
  const auto weights = load_pocket(model);
  const Decoder decoder = plain_decoder(*weights);
  for (const json& recorded : recorded_cases(model)) {
    const std::string name = recorded.at("name");
    const auto ids = recorded.at("ids").get<std::vector<TokenId>>();
    const std::vector<float> theirs = recorded_logits(name);
    const std::vector<float> ours = decoder.logits(ids);
    ASSERT_EQ(ours.size(), theirs.size()) << name;
    const std::size_t width = theirs.size() / ids.size();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::span<const float> ours_here = std::span(ours).subspan(i * width, width);
      // Both sum some thousand products in f32 in orders of their own; the project's promise is 1e-4.
      EXPECT_LE(worst_share(ours_here, std::span(theirs).subspan(i * width, width)), 1e-4)
          << name << " at " << i;
    }
  }
}

TEST_P(Golden, recorded_ids_are_those_of_our_tokenizer) {
  const Tokenizer tokenizer = Tokenizer::load(pocket_path(GetParam()));
  for (const json& recorded : recorded_cases(GetParam())) {
    EXPECT_EQ(tokenizer.encode(recorded.at("text").get<std::string>()),
              recorded.at("ids").get<std::vector<TokenId>>());
  }
}

// The first `count` questions of the Japanese word problems as the task file words them.
std::vector<std::vector<TokenId>> encoded_questions(const Tokenizer& tokenizer, std::size_t count) {
  std::ifstream in(pocket_path("items/math_ja.jsonl"));
  std::vector<std::vector<TokenId>> prompts;
  for (std::string line; prompts.size() < count && std::getline(in, line);) {
    const std::string question = json::parse(line).at("question");
    prompts.push_back(tokenizer.encode("Q: " + question + "\nA:"));
  }
  return prompts;
}

// Answers up to their first newline.
void expect_answers(const std::string& model, const json& answers, float repetition_penalty) {
  constexpr std::size_t kNewTokens = 64;  // max_gen_toks of the task
  const Tokenizer tokenizer = Tokenizer::load(pocket_path(model));
  const auto weights = load_pocket(model);
  const auto prompts = encoded_questions(tokenizer, answers.size());
  std::vector<GenerationRequest> requests;
  for (const auto& prompt : prompts) requests.push_back({prompt, kNewTokens, repetition_penalty});
  const StopCheck at_newline = [&](std::size_t, std::span<const TokenId> generated) {
    return generated.back() == tokenizer.eos() || tokenizer.decode(generated).find('\n') != std::string::npos;
  };
  const auto generated = plain_decoder(*weights).generate(requests, at_newline, Concurrency::parallel);
  ASSERT_EQ(generated.size(), answers.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::string text = tokenizer.decode(generated[i]);
    EXPECT_EQ(text.substr(0, text.find('\n')), answers[i].get<std::string>()) << "item " << i;
  }
}

TEST_P(Golden, greedy_answers_are_those_of_transformers) {
  expect_answers(GetParam(), golden_json("greedy.json").at("answers").at(GetParam()), 1);
}

TEST_P(Golden, answers_under_a_repetition_penalty_are_those_of_transformers) {
  const json golden = golden_json("greedy.json");
  EXPECT_NE(golden.at("penalised").at(GetParam())[0], golden.at("answers").at(GetParam())[0])
      << "it changes something";
  expect_answers(GetParam(), golden.at("penalised").at(GetParam()), golden.at("penalty").get<float>());
}

INSTANTIATE_TEST_SUITE_P(Pocket, Golden, testing::Values("base", "ja"),
                         [](const auto& parameter) { return std::string(parameter.param); });

}  // namespace
}  // namespace tsugi::eval
