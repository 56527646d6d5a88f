// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Tasks of all four request types, with and without examples, several inputs or targets, prefixes, filters
// and metrics: prompts, log-likelihoods, answers and results are lm-evaluation-harness's, as recorded by
// tests/peers/record_task_types.py.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numeric>

#include "eval/metrics/aggregations.h"
#include "eval/model/load.h"
#include "eval/scorers/native.h"
#include "eval/tasks/ports/port.h"
#include "eval/template/chat_template.h"
#include "merge/checkpoint/checkpoint.h"
#include "merge/plan.h"
#include "tests/support/recorded.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::eval {
namespace {

using nlohmann::json;
using tests::golden_json;
using tests::pocket_path;

const json& golden() {
  static const json kGolden = golden_json("tasks/types.json");
  return kGolden;
}

// "hellaswag/utils.py:process_docs"
const PortedFunction* port_of(const std::string& name) {
  for (const Port& port : ports()) {
    for (const PortedFunction& function : port.functions) {
      if (name == fmt::format("{}:{}", port.module, function.name)) return &function;
    }
  }
  throw Error("no port " + name);
}

// The recorded tasks' files and documents, and the model they were asked of.
struct World {
  tests::TemporaryFolder folder;
  std::unique_ptr<ResidentWeights> weights;
  Tokenizer tokenizer = Tokenizer::load(pocket_path(golden().at("model").get<std::string>()));

  World() {
    for (const auto& [name, text] : golden().at("documents").items())
      folder.write(name, text.get<std::string>());
    for (const auto& [name, task] : golden().at("tasks").items())
      folder.write(name + ".yaml", task.at("file").get<std::string>());
    const auto model = pocket_path(golden().at("model").get<std::string>());
    const merge::MergePlan plan = merge::plan_copy(merge::Checkpoint::open(model));
    weights = load_weights(plan, {DType::F32, Compute::f32});
  }

  // The harness's own tasks are recorded without their Python; its ports take their places here.
  Task task(const std::string& name) const {
    Task task = load_task((folder.path() / (name + ".yaml")).string(), {}, "");
    for (const auto& [key, function] : golden().at("tasks").at(name).at("functions").items()) {
      const PortedFunction* port = port_of(function.get<std::string>());
      if (key == "process_docs") task.process_docs = port;
      if (key == "process_results") task.process_results = port;
      if (key == "doc_to_text") task.doc_to_text = {nullptr, port};
      if (key == "doc_to_target") task.doc_to_target = {nullptr, port};
      if (key == "doc_to_choice") task.doc_to_choice = {nullptr, port};
    }
    return task;
  }

  PreparedTask prepared(const std::string& name) const {
    Task task = this->task(name);
    std::vector<Item> items = load_items(task);
    return prepare(std::move(task), std::move(items), tokenizer,
                   read_model_limits(pocket_path(golden().at("model").get<std::string>())));
  }
};

const World& world() {
  static const World kWorld;
  return kWorld;
}

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const auto& [name, task] : golden().at("tasks").items()) result.push_back(name);
  return result;
}

// The texts of an item's requests.
json arguments_of(const Task& task, const Item& item) {
  json arguments = json::array();
  if (task.output_type == OutputType::generate_until) arguments.push_back({item.prompt});
  for (const ContinuationText& request : item.requests) {
    if (task.output_type == OutputType::loglikelihood_rolling) {
      arguments.push_back({request.continuation});
    } else {
      arguments.push_back({request.context, request.continuation});
    }
  }
  return arguments;
}

class TaskTypes : public testing::TestWithParam<std::string> {};

TEST_P(TaskTypes, prompts_are_the_harnesss) {
  const PreparedTask task = world().prepared(GetParam());
  const json& expected = golden().at("tasks").at(GetParam()).at("items");
  ASSERT_EQ(task.items.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(arguments_of(task.task, task.items[i]), expected[i].at("arguments"));
}

TEST_P(TaskTypes, answers_and_results_are_the_harnesss) {
  const PreparedTask task = world().prepared(GetParam());
  const json& expected = golden().at("tasks").at(GetParam());
  std::vector<std::size_t> which(task.items.size());
  std::iota(which.begin(), which.end(), 0);
  const Decoder decoder({world().weights.get()}, plain_path(world().weights->shape().layers));
  const TaskScores scores = score(decoder, world().tokenizer, task, which, merge::Concurrency::serial);
  for (std::size_t i = 0; i < which.size(); ++i) {
    const json& item = expected.at("items")[i];
    const Answer& answer = scores.answers[i];
    std::vector<double> sums = answer.log_likelihoods;
    sums.insert(sums.end(), answer.unconditional.begin(), answer.unconditional.end());
    if (item.at("sums").empty()) {
      EXPECT_EQ(answer.response, item.at("answer").get<std::string>());
      continue;
    }
    ASSERT_EQ(sums.size(), item.at("sums").size());
    for (std::size_t k = 0; k < sums.size(); ++k) {
      const auto tokens =
          static_cast<double>(task.continuations[i][std::min(k, task.continuations[i].size() - 1)].size());
      // 1e-4 a token, as the project promises.
      EXPECT_NEAR(sums[k], item.at("sums")[k].get<double>(), 1e-4 * tokens)
          << "item " << i << ", request " << k;
    }
  }
  std::size_t seen = 0;
  for (const MetricColumn& column : scores.columns) {
    const double value = aggregate(*find_metric(column.metric, task.task), {column.values, column.parts});
    const auto found = expected.at("results").find(column.name());
    ASSERT_NE(found, expected.at("results").end()) << column.name();
    // Shares of items are equal; perplexities follow from sums that differ by 1e-5 of themselves.
    EXPECT_NEAR(value, found->get<double>(), 2e-5 * std::abs(value)) << column.name();
    ++seen;
  }
  EXPECT_EQ(seen, expected.at("results").size());
}

// Through a chat template, with a system message: examples as turns, or in one message of the user.
TEST(ChatPrompts, AreTheHarnesss) {
  const tests::TemporaryFolder model;
  model.write("tokenizer_config.json",
              json{{"chat_template", golden().at("chat_template")}, {"bos_token", "<|endoftext|>"}}.dump());
  const auto chat = ChatTemplate::read(model.path());
  ASSERT_TRUE(chat.has_value());
  for (const auto& [how, tasks] : golden().at("chat").items()) {
    PromptOptions options;
    options.system_instruction = golden().at("system").get<std::string>();
    options.multiturn = how == "turns";
    options.chat = [&](const std::vector<Message>& messages, bool generate) {
      std::vector<ChatMessage> plain;
      for (const Message& message : messages) plain.push_back({message.role, message.content});
      return chat->render(plain, !generate);
    };
    for (const auto& [name, expected] : tasks.items()) {
      const Task task = load_task((world().folder.path() / (name + ".yaml")).string(), {}, "");
      const std::vector<Item> items = load_items(task, options);
      ASSERT_EQ(items.size(), expected.size());
      for (std::size_t i = 0; i < items.size(); ++i)
        EXPECT_EQ(arguments_of(task, items[i]), expected[i]) << name << ", " << how;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Recorded, TaskTypes, testing::ValuesIn(names()));

Measures measures_of(const json& items, bool classes) {
  Measures measures;
  for (const json& item : items) {
    measures.values.push_back(classes ? 0 : item.get<double>());
    if (classes) measures.parts.push_back(item.get<std::vector<double>>());
  }
  return measures;
}

// sklearn's values, and a thousand of Python's draws.
TEST(Aggregations, AndTheirBootstrapAreTheHarnesss) {
  const json& recorded = golden().at("aggregations");
  const auto check = [&](const char* name, OutputType type, bool classes) {
    const Measures measures = measures_of(recorded.at(name).at("items"), classes);
    const Metric& metric = *find_metric(name, type);
    EXPECT_NEAR(aggregate(metric, measures), recorded.at(name).at("value").get<double>(), 1e-12) << name;
    EXPECT_NEAR(standard_error(metric, measures, 1000).value(), recorded.at(name).at("stderr").get<double>(),
                1e-12)
        << name;
  };
  check("f1", OutputType::multiple_choice, true);
  check("mcc", OutputType::multiple_choice, true);
  check("perplexity", OutputType::loglikelihood, false);
}

// lm_eval's own vector: perplexity of -1, -2, -3 and -4.5.
TEST(Aggregations, PerplexityOfTheHarnesssVector) {
  const Measures measures{{-1, -2, -3, -4.5}, {}};
  const Metric& metric = *find_metric("perplexity", OutputType::loglikelihood);
  EXPECT_DOUBLE_EQ(aggregate(metric, measures), 13.804574186067095);
  EXPECT_NEAR(standard_error(metric, measures, 3000).value(), 12.354871977772012, 1e-12);
  EXPECT_EQ(standard_error(metric, {{-1}, {}}, 3000), std::nullopt);
  EXPECT_EQ(standard_error(*find_metric("bits_per_byte", OutputType::loglikelihood_rolling), measures, 3000),
            std::nullopt);
}

// What a metric of pairs of texts, reference and answer, makes of them.
Measures measured(const Metric& metric, const json& pairs) {
  Measures measures;
  for (const json& pair : pairs) {
    Item item;
    item.target = pair[0];
    Answer answer;
    answer.filtered = pair[1];
    measures.values.push_back(metric.value({}, {}, item, answer));
    measures.parts.push_back(metric.parts({}, {}, item, answer));
  }
  return measures;
}

// sacrebleu's corpus_chrf.
TEST(Aggregations, ChrfIsSacrebleus) {
  const json& recorded = golden().at("aggregations").at("chrf");
  const Metric& metric = *find_metric("chrf", OutputType::generate_until);
  const Measures measures = measured(metric, recorded.at("items"));
  EXPECT_NEAR(aggregate(metric, measures), recorded.at("value").get<double>(), 1e-9);
  EXPECT_EQ(measures.values.back(), 100) << "equal texts";
}

// sacrebleu's corpus_bleu through the harness, sentence by sentence and over all, and its hundred resamples.
TEST(Aggregations, BleuIsSacrebleus) {
  const json& recorded = golden().at("aggregations").at("bleu");
  const Metric& metric = *find_metric("bleu", OutputType::generate_until);
  const Measures measures = measured(metric, recorded.at("items"));
  for (std::size_t i = 0; i < measures.values.size(); ++i) {
    // Four logarithms and as many divisions, each rounded once, of a number up to 100.
    EXPECT_NEAR(measures.values[i], recorded.at("sentences")[i].get<double>(), 1e-11)
        << recorded.at("items")[i];
  }
  EXPECT_NEAR(aggregate(metric, measures), recorded.at("value").get<double>(), 1e-11);
  EXPECT_NEAR(standard_error(metric, measures, 100'000).value(), recorded.at("stderr").get<double>(), 1e-11);
}

// sacrebleu's corpus_ter through the harness: counts are whole numbers, so that only the last division
// rounds.
TEST(Aggregations, TerIsSacrebleus) {
  const json& recorded = golden().at("aggregations").at("ter");
  const Metric& metric = *find_metric("ter", OutputType::generate_until);
  EXPECT_FALSE(metric.higher_is_better);
  const Measures measures = measured(metric, recorded.at("items"));
  for (std::size_t i = 0; i < measures.values.size(); ++i) {
    EXPECT_DOUBLE_EQ(measures.values[i], recorded.at("sentences")[i].get<double>())
        << recorded.at("items")[i];
  }
  EXPECT_DOUBLE_EQ(aggregate(metric, measures), recorded.at("value").get<double>());
}

}  // namespace
}  // namespace tsugi::eval
