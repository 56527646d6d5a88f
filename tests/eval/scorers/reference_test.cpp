// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/scorers/reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "eval/model/load.h"
#include "merge/plan.h"

namespace tsugi::eval {
namespace {

const std::filesystem::path kPocket = TSUGI_ROOT "/recipes/pocket";

struct World {
  World() : checkpoint(merge::Checkpoint::open(kPocket / "ja")) {
    const merge::MergePlan plan = merge::plan_copy(checkpoint);
    weights = load_weights(plan, {DType::F32, Compute::f32}, {merge::Concurrency::serial});
  }
  PreparedTask prepared(const std::string& name) const {
    Task task = load_task(name, {(kPocket / "tasks").string()}, "");
    std::vector<Item> items = load_items(task, {.limit = 12});
    return prepare(std::move(task), std::move(items), tokenizer, limits);
  }
  Decoder decoder() const { return {{weights.get()}, plain_path(weights->shape().layers)}; }

  std::shared_ptr<const merge::Checkpoint> checkpoint;
  std::unique_ptr<ResidentWeights> weights;
  Tokenizer tokenizer = Tokenizer::load(kPocket / "ja");
  ModelLimits limits = read_model_limits(ModelFiles(kPocket / "ja"));
};

const World& world() {
  static const World kWorld;
  return kWorld;
}

std::vector<std::size_t> all_of(const PreparedTask& task) {
  std::vector<std::size_t> which(task.items.size());
  std::iota(which.begin(), which.end(), 0);
  return which;
}

// Mean of ln p of the tokens of `text` from `first` on, each from a softmax in double.
double mean_of_text(const std::string& text, std::size_t first) {
  const std::vector<TokenId> tokens = world().tokenizer.encode(text);
  const std::vector<float> logits = world().decoder().logits(tokens);
  const std::size_t width = world().weights->shape().vocabulary;
  double sum = 0;
  for (std::size_t i = first; i < tokens.size(); ++i) {
    const std::span<const float> row = std::span(logits).subspan((i - 1) * width, width);
    double total = 0;
    for (const float x : row) total += std::exp(static_cast<double>(x));
    sum += static_cast<double>(row[static_cast<std::size_t>(tokens[i])]) - std::log(total);
  }
  return sum / static_cast<double>(tokens.size() - first);
}

// A log-softmax over some 800 tokens in f32 is good to 2^-24 of its logits, which stay below 64: 4e-6.
constexpr double kTolerance = 1e-5;

TEST(References, GeneratedAnswersAreWeighedAsWorked) {
  const PreparedTask task = world().prepared("pocket_math_ja");
  const std::vector<std::size_t> which = all_of(task);
  const References references = encode_references(task, which, false, world().tokenizer, world().limits);
  const std::vector<double> values =
      score_references(world().decoder(), references, which, merge::Concurrency::serial);
  ASSERT_EQ(values.size(), which.size());
  for (const std::size_t i : which) {
    const std::string prompt = "Q: " + task.items[i].doc.at("question").get<std::string>() + "\nA:";
    const std::string worked = task.items[i].doc.at("answer").get<std::string>();
    const std::size_t first = world().tokenizer.encode(prompt).size();
    EXPECT_NEAR(values[i], mean_of_text(prompt + " " + worked, first), kTolerance) << i;
  }
}

TEST(References, WithoutAWorkedAnswerTheTargetCounts) {
  PreparedTask task = world().prepared("pocket_chat_ja");
  const std::vector<std::size_t> which = {3};
  const References references = encode_references(task, which, false, world().tokenizer, world().limits);
  EXPECT_TRUE(references.requests[2].empty());  // was not asked for
  const double value =
      score_references(world().decoder(), references, which, merge::Concurrency::serial).front();
  const std::string prompt = task.items[3].prompt;
  const std::size_t first = world().tokenizer.encode(prompt).size();
  EXPECT_NEAR(value, mean_of_text(prompt + " " + task.items[3].target, first), kTolerance);
}

TEST(References, OfChoicesTheRightOneCounts) {
  const PreparedTask task = world().prepared("pocket_choice_ja");
  const std::vector<std::size_t> which = all_of(task);
  const References references = encode_references(task, which, false, world().tokenizer, world().limits);
  const std::vector<double> values =
      score_references(world().decoder(), references, which, merge::Concurrency::serial);
  for (const std::size_t i : which) {
    const std::string& right = task.items[i].choices[task.items[i].doc.at("label").get<std::size_t>()];
    const std::size_t first = world().tokenizer.encode(task.items[i].prompt).size();
    EXPECT_NEAR(values[i], mean_of_text(task.items[i].prompt + " " + right, first), kTolerance) << i;
  }
}

TEST(References, ItemsWithoutAUsableReferenceHaveNone) {
  PreparedTask task = world().prepared("pocket_chat_ja");
  task.items[0].target = "";
  task.task.target_delimiter = "";
  for (int i = 0; i < 1000; ++i) task.items[1].target += "はい。";
  const std::vector<std::size_t> which = {0, 1, 2};
  const References references = encode_references(task, which, false, world().tokenizer, world().limits);
  EXPECT_TRUE(references.requests[0].empty());
  EXPECT_TRUE(references.requests[1].empty());
  EXPECT_FALSE(references.requests[2].empty());
  EXPECT_EQ(score_references(world().decoder(), references, which, merge::Concurrency::serial)[0], 0);
}

}  // namespace
}  // namespace tsugi::eval
