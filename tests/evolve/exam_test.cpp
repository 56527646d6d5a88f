// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/exam.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "evolve/contamination.h"
#include "recipes/error.h"
#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::evolve {
namespace {

using Indices = std::vector<std::size_t>;

// Two tasks: items 0 to 2 belong to the first (weight 1), 3 and 4 to the second (weight -0.5).
Exam example() {
  Exam exam;
  exam.tasks.resize(2);
  exam.tasks[1].weight = -0.5;
  for (std::size_t i = 0; i < 5; ++i)
    exam.items.push_back({.task = i < 3 ? 0U : 1U, .position = i < 3 ? i : i - 3, .id = {}});
  exam.split.side = {eval::Side::search, eval::Side::test, eval::Side::search, eval::Side::search,
                     eval::Side::search};
  exam.split.cluster = {0, 1, 2, 2, 4};
  return exam;
}

TEST(Exam, FitnessIsTheWeightedSumOfTheTasksMeans) {
  const Exam exam = example();
  const Indices items = items_of(exam, eval::Side::search);
  EXPECT_EQ(items, (Indices{0, 2, 3, 4}));
  const std::vector<double> values = {1, 0, 1, 0.5};
  EXPECT_DOUBLE_EQ(fitness(exam, items, values), 0.5 - 0.5 * 0.75);
  EXPECT_EQ(task_scores(exam, items, values), (std::vector<double>{0.5, -0.5 * 0.75}));
}

TEST(Exam, TheMeanOfTheContributionsIsTheFitness) {
  const Exam exam = example();
  const Indices items = {0, 1, 2, 3, 4};
  const std::vector<double> values = {1, 0, 1, 1, 0.5};
  const std::vector<double> parts = contributions(exam, items, values);
  EXPECT_NEAR(std::accumulate(parts.begin(), parts.end(), 0.0) / 5, fitness(exam, items, values), 1e-15);
}

TEST(Exam, OneTaskOfWeightOneContributesItsValues) {
  Exam exam = example();
  exam.tasks[1].weight = 1;
  const Indices items = {0, 2};
  EXPECT_EQ(contributions(exam, items, std::vector<double>{1, 0.25}), (std::vector<double>{1, 0.25}));
}

TEST(Exam, ClustersFollowTheItems) {
  EXPECT_EQ(clusters_of(example(), Indices{3, 4, 0}), (Indices{2, 4, 0}));
}

TEST(Exam, SomeItemsAreOfEachTaskItsShare) {
  Exam exam;
  exam.tasks.resize(3);
  exam.items.resize(500);
  for (std::size_t i = 0; i < 500; ++i) {
    exam.items[i].task = i < 300 ? 0 : i < 498 ? 1 : 2;
    exam.items[i].content.question = "item " + std::to_string(i);
    exam.split.side.push_back(i % 2 == 0 ? eval::Side::search : eval::Side::test);
  }
  const Indices all = items_of(exam, eval::Side::search);  // 150, 99 and 1
  const Indices some = some_search_items(exam, 50, 1);
  EXPECT_TRUE(std::is_sorted(some.begin(), some.end()));
  EXPECT_EQ(std::set(some.begin(), some.end()).size(), some.size());
  EXPECT_TRUE(std::includes(all.begin(), all.end(), some.begin(), some.end()));
  std::array<std::size_t, 3> counts{};
  for (const std::size_t item : some) ++counts[exam.items[item].task];
  EXPECT_THAT(counts, testing::ElementsAre(30, 20, 1));  // 50 * 150 / 250, 50 * 99 / 250 = 19.8, one at least
  EXPECT_EQ(some_search_items(exam, 50, 1), some);
  EXPECT_EQ(some_search_items(exam, 250, 1), all);
  // Another seed: 51 of 250 drawn anew have about 10 in common.
  const Indices others = some_search_items(exam, 50, 2);
  Indices common;
  std::set_intersection(some.begin(), some.end(), others.begin(), others.end(), std::back_inserter(common));
  EXPECT_LT(common.size(), 30U);
}

// Tasks over bundled items, asked through the bundled tokenizer.
class LoadExam : public testing::Test {
 protected:
  LoadExam() {
    const std::string items = TSUGI_ROOT "/recipes/pocket/items/math_ja.jsonl";
    const std::string others = TSUGI_ROOT "/recipes/pocket/items/math_en.jsonl";
    task("same", items, "num_fewshot: 2\nfewshot_split: scored\n", items);
    task("other", items, "num_fewshot: 2\nfewshot_split: shots\n", others);
    task("cloze", items, "output_type: loglikelihood\n", others);
  }

  void task(const std::string& name, const std::string& items, const std::string& keys,
            const std::string& shots) const {
    folder_.write(name + ".yaml",
                  "task: " + name + "\ndataset_path: json\ndataset_kwargs: {data_files: {scored: " + items +
                      ", shots: " + shots + "}}\ntest_split: scored\ndoc_to_text: 'Q: {{question}}'\n" +
                      "doc_to_target: answer\n" + keys);
  }

  Exam load(const std::string& task, const std::string& keys, const eval::ModelFiles& files) const {
    const auto spec =
        recipes::parse_search("genome: {models: [a], merge_method: linear}\ntasks: [" + task +
                                  "]\nlimit: 40\n" + "include_path: " + folder_.path().string() + "\n" + keys,
                              "search.yaml");
    std::vector<std::string> notes;
    return load_exam(spec, files, eval::Tokenizer::load(model()), {.max_length = 512, .stop_ids = {}}, notes);
  }
  std::string error_of(const std::string& task, const std::string& keys = "") const {
    try {
      load(task, keys, model());
      return "no error";
    } catch (const InputError& error) {
      return error.what();
    }
  }
  static eval::ModelFiles model() { return std::filesystem::path(TSUGI_ROOT "/recipes/pocket/base"); }

  tests::TemporaryFolder folder_;
};

constexpr const char* kOther = "{name: other, metric: 'exact_match,none'}";

// An example shows its answer, and could be of the sealed side.
TEST_F(LoadExam, ExamplesComeFromOtherItems) {
  EXPECT_THAT(error_of("{name: same, metric: 'exact_match,none'}"),
              testing::HasSubstr("takes its examples from the items that are split"));
  EXPECT_EQ(error_of("{name: same, metric: 'exact_match,none'}", "num_fewshot: 0\n"), "no error");
  const Exam exam = load(kOther, "", model());
  EXPECT_THAT(exam.tasks.at(0).prepared.items.at(0).prompt, testing::StartsWith("Q: "))
      << "an English example";
  EXPECT_THAT(exam.tasks.at(0).prepared.items.at(0).prompt, testing::HasSubstr("\n\nQ: "));
}

TEST_F(LoadExam, AsksThroughAChatTemplate) {
  EXPECT_THAT(error_of(kOther, "apply_chat_template: true\n"),
              testing::HasSubstr("search.yaml:5:22: the model has no chat template"));
  folder_.write("model/chat_template.jinja",
                "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>");
  const Exam exam = load(kOther, "apply_chat_template: true\nsystem_instruction: Be brief.\nnum_fewshot: 1\n",
                         eval::ModelFiles(folder_ / "model"));
  const std::string& prompt = exam.tasks.at(0).prepared.items.at(0).prompt;
  EXPECT_THAT(prompt, testing::StartsWith("<system>Be brief.<user>Q: "));
  EXPECT_THAT(prompt, testing::EndsWith("<assistant>"));
}

TEST_F(LoadExam, SealedItemsHaveNoAnswersUntilTheyAreOpened) {
  for (const char* task :
       {"{name: other, metric: 'exact_match,none'}", "{name: cloze, metric: 'acc,none'}"}) {
    Exam exam = load(task, "", model());
    eval::PreparedTask& prepared = exam.tasks.at(0).prepared;
    const bool generates = prepared.task.output_type == eval::OutputType::generate_until;
    ASSERT_GT(exam.split.count(eval::Side::test), 5U);
    for (std::size_t i = 0; i < exam.items.size(); ++i) {
      const eval::Item& item = prepared.items[i];
      const bool sealed = exam.split.side[i] == eval::Side::test;
      EXPECT_EQ(item.answered, !sealed);
      EXPECT_EQ(item.target.empty(), sealed);
      EXPECT_EQ(item.reference.is_null(), sealed);
      if (generates) {
        EXPECT_FALSE(prepared.prompts[i].empty());
      } else {
        EXPECT_EQ(prepared.continuations[i].empty(), sealed);
      }
    }
    open_sealed(exam, eval::Tokenizer::load(model()));
    EXPECT_TRUE(exam.opened);
    for (std::size_t i = 0; i < exam.items.size(); ++i) {
      EXPECT_TRUE(prepared.items[i].answered);
      EXPECT_EQ(prepared.items[i].target, prepared.items[i].doc["answer"].get<std::string>());
      EXPECT_TRUE(generates || prepared.continuations[i].size() == 1);
    }
  }
}

TEST_F(LoadExam, ALeaderboardsTestSetIsRefusedUnlessTheUserInsists) {
  task("gsm8k_mine", TSUGI_ROOT "/recipes/pocket/items/math_ja.jsonl", "num_fewshot: 0\n",
       TSUGI_ROOT "/recipes/pocket/items/math_en.jsonl");
  const std::string task = "{name: gsm8k_mine, metric: 'exact_match,none'}";
  EXPECT_THAT(error_of(task),
              testing::HasSubstr("search.yaml:2:9: task 'gsm8k_mine' seems to ask the test set of GSM8K"));
  const Exam exam = load(task, "contamination: {allow_leaderboard_search: true}\n", model());
  EXPECT_THAT(exam.leaderboards, testing::ElementsAre("GSM8K (Open LLM Leaderboard 1)"));
}

TEST_F(LoadExam, APlantedBenchmarkCopyIsFound) {
  const Exam exam = load(kOther, "", model());
  const auto sealed = items_of(exam, eval::Side::test);
  const auto searched = items_of(exam, eval::Side::search);
  const auto question = [&](std::size_t item) { return exam.items[item].content.question; };
  std::string copies;
  for (const std::size_t item : {sealed[1], sealed[3], searched[0]})
    copies += nlohmann::json({{"problem", {{"text", question(item)}}}, {"id", 7}}).dump() + "\n";
  folder_.write("benchmark.jsonl", "{\"problem\": {\"text\": \"Something else.\"}, \"id\": 1}\n" + copies);
  recipes::SearchSpec spec;
  spec.file = (folder_ / "search.yaml").string();
  spec.contamination.against = {"benchmark.jsonl"};
  std::vector<Contamination> checks = check_contamination(exam, spec);
  ASSERT_EQ(checks.size(), 6U);  // three pairs of sides, three sides beside the file
  EXPECT_EQ(checks[5].items, "test");
  EXPECT_EQ(checks[5].against, "benchmark.jsonl");
  EXPECT_EQ(checks[5].exact, 2U);
  EXPECT_THAT(checks[5].examples.at(0), testing::AllOf(testing::StartsWith(exam.items[sealed[1]].id + " = "),
                                                       testing::EndsWith("benchmark.jsonl:2")));
  EXPECT_EQ(checks[3].exact, 1U);
  EXPECT_THAT(describe(checks), testing::Contains(testing::HasSubstr("are also in benchmark.jsonl")));
  EXPECT_EQ(contamination_from(to_json(checks[5])).examples, checks[5].examples);

  // A file that holds most of the search set is the search set.
  std::string all;
  for (const std::size_t item : searched) all += question(item) + "\n";
  folder_.write("all.txt", all);
  spec.contamination.against = {"all.txt"};
  EXPECT_THAT(tests::message_of([&] { check_contamination(exam, spec); }),
              testing::HasSubstr("search items are copies of what all.txt holds"));
  spec.contamination.allow_leaderboard_search = true;
  EXPECT_EQ(check_contamination(exam, spec)[3].exact, searched.size());
  spec.contamination.against = {"absent.jsonl"};
  EXPECT_THAT(tests::message_of([&] { check_contamination(exam, spec); }),
              testing::HasSubstr("there is no file absent.jsonl"));
}

TEST_F(LoadExam, AMetricThatIsNoMeanIsRefused) {
  EXPECT_THAT(error_of("{name: cloze, metric: 'perplexity,none'}"),
              testing::HasSubstr("'perplexity' is combined by perplexity"));
  EXPECT_EQ(error_of("{name: cloze, metric: 'acc,none'}"), "no error");
}

}  // namespace
}  // namespace tsugi::evolve
