// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Every family against Hugging Face transformers in f32: tiny checkpoints, their logits at every position and
// their greedy answers, as recorded by tests/peers/record_families.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "eval/model/decoder.h"
#include "eval/model/load.h"
#include "merge/checkpoint/checkpoint.h"
#include "merge/checkpoint/mapped_file.h"
#include "merge/checkpoint/safetensors.h"
#include "merge/plan.h"
#include "recipes/architecture.h"
#include "tests/support/recorded.h"
#include "tests/support/recorded_family.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace tsugi::eval {
namespace {

using merge::Concurrency;
using nlohmann::json;
using tests::golden_json;
using tests::golden_path;

struct Case {
  json recorded;
  tests::TemporaryFolder folder;
  std::unique_ptr<ResidentWeights> weights;

  /// `prefix` is left out of tensor names.
  explicit Case(const std::string& name, const std::string& prefix = "") {
    recorded = tests::recorded_family(name);
    tests::TinyModel model = tests::family_model(recorded);
    for (const auto& [tensor, shape] : recorded.at("shapes").items()) {
      if (prefix.empty() || !tensor.starts_with(prefix)) continue;
      auto held = model.tensors.extract(tensor);
      held.key() = tensor.substr(prefix.size());
      model.tensors.insert(std::move(held));
    }
    model.write(folder.path() / "model");
    const merge::MergePlan plan = merge::plan_copy(merge::Checkpoint::open(folder.path() / "model"));
    weights = load_weights(plan, choose_residence(plan, DType::F32));
  }

  Decoder decoder() const { return {{weights.get()}, plain_path(weights->shape().layers)}; }
};

std::map<std::string, std::vector<float>> recorded_logits() {
  const merge::MappedFile file(golden_path("families.safetensors"));
  std::map<std::string, std::vector<float>> all;
  for (const merge::TensorView& tensor : merge::parse_safetensors(file.bytes(), file.path().string())) {
    std::vector<float>& values = all[tensor.name];
    values.resize(merge::elements(tensor.shape));
    merge::to_f32(tensor.dtype, tensor.bytes, values);
  }
  return all;
}

// The largest difference at one position as a share of its largest logit.
double worst_share(std::span<const float> ours, std::span<const float> theirs, std::size_t width) {
  double worst = 0;
  for (std::size_t at = 0; at < theirs.size(); at += width) {
    double difference = 0;
    double largest = 0;
    for (std::size_t i = at; i < at + width; ++i) {
      if (!std::isfinite(ours[i])) return INFINITY;
      difference = std::max(difference, std::abs(double{ours[i]} - double{theirs[i]}));
      largest = std::max(largest, std::abs(double{theirs[i]}));
    }
    worst = std::max(worst, difference / largest);
  }
  return worst;
}

class Families : public testing::TestWithParam<std::string> {};

TEST_P(Families, logits_are_those_of_transformers_at_every_position) {
  const Case model(GetParam());
  const auto theirs = recorded_logits();
  const json golden = golden_json("families.json");
  for (const auto& [length, ids] : golden.at("tokens").items()) {
    const auto tokens = ids.get<std::vector<TokenId>>();
    const std::vector<float> ours = model.decoder().logits(tokens);
    const std::vector<float>& expected = theirs.at(GetParam() + "." + length);
    ASSERT_EQ(ours.size(), expected.size());
    // Four layers, each of some hundred roundings of 6e-8 of sums that cancel to a tenth; the project
    // promises 1e-4.
    EXPECT_LE(worst_share(ours, expected, model.weights->shape().vocabulary), 2e-5) << length << " tokens";
  }
}

// In steps of one token, beside another sequence: paths that logits() does not take.
TEST_P(Families, greedy_answers_are_those_of_transformers) {
  const Case model(GetParam());
  const auto expected = model.recorded.at("greedy").get<std::vector<TokenId>>();
  ASSERT_GE(model.recorded.at("gap").get<double>(), 1e-4) << "the two best logits are too close to compare";
  const auto prompt = golden_json("families.json").at("prompt").get<std::vector<TokenId>>();
  const std::vector<TokenId> other = {5, 4, 3};
  const std::vector<GenerationRequest> requests = {{prompt, expected.size()}, {other, 5}};
  EXPECT_EQ(model.decoder().generate(requests, {}, Concurrency::serial).front(), expected);
}

// The log-likelihood of what follows a context, against the recorded logits: contexts shared by requests, and
// runs of several tokens behind a context.
TEST_P(Families, likelihoods_follow_from_the_logits_of_transformers) {
  const Case model(GetParam());
  const std::size_t width = model.weights->shape().vocabulary;
  const auto tokens = golden_json("families.json").at("tokens").at("20").get<std::vector<TokenId>>();
  const std::vector<float> logits = recorded_logits().at(GetParam() + ".20");
  const std::span<const TokenId> context = std::span(tokens).first(12);
  const std::span<const TokenId> rest = std::span(tokens).subspan(12);
  double expected = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const auto row = std::span(logits).subspan((11 + i) * width, width);
    double total = 0;
    for (const float x : row) total += std::exp(double{x});
    expected += double{row[static_cast<std::size_t>(rest[i])]} - std::log(total);
  }
  const std::vector<LikelihoodRequest> requests = {{context, rest.first(1)}, {context, rest}};
  const std::vector<Likelihood> ours = model.decoder().log_likelihoods(requests, Concurrency::serial);
  EXPECT_NEAR(ours.back().sum, expected, 1e-4 * std::sqrt(static_cast<double>(rest.size())));
}

INSTANTIATE_TEST_SUITE_P(Recorded, Families, testing::ValuesIn(tests::recorded_families()),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(FamilyFiles, EveryFamilyHasARecordedModel) {
  std::set<std::string> recorded;
  const json golden = golden_json("families.json");
  for (const json& entry : golden.at("cases"))
    recorded.insert(
        recipes::find_architecture(entry.at("config").at("architectures").at(0).get<std::string>())->family);
  for (const recipes::Architecture& architecture : recipes::architectures())
    EXPECT_TRUE(recorded.contains(architecture.family)) << architecture.family;
}

TEST(FamilyFiles, TensorNamesMayLackTheFamilysPrefix) {
  const std::vector<TokenId> tokens = {1, 2, 3};
  EXPECT_EQ(Case("gpt2", "transformer.").decoder().logits(tokens), Case("gpt2").decoder().logits(tokens));
}

TEST(FamilyFiles, BytesAreKnownBeforehand) {
  for (const std::string& name : tests::recorded_families()) {
    const Case model(name);
    EXPECT_EQ(ResidentWeights::bytes(model.weights->shape(), DType::F32), model.weights->bytes()) << name;
  }
}

}  // namespace
}  // namespace tsugi::eval
