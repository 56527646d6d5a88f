// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The typing rules of doc_to_text, doc_to_target and doc_to_choice (lm_eval/api/task.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eval/tasks/task.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::eval {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Item> items_of(const std::string& keys, const std::string& documents) {
  const tests::TemporaryFolder folder;
  folder.write("items.jsonl", documents);
  const auto file = folder.write(
      "t.yaml",
      "task: t\ndataset_path: json\ndataset_kwargs: {data_files: items.jsonl}\ntest_split: train\n" + keys);
  return load_items(load_task(file.string(), {}, ""));
}

std::string error_of(const std::string& keys, const std::string& documents) {
  try {
    items_of(keys, documents);
    return "no error";
  } catch (const InputError& error) {
    return error.what();
  }
}

const std::string kChoice = "output_type: multiple_choice\ndoc_to_text: q\n";

TEST(LoadItems, ColumnsAreTakenAsTheyAreAndTemplatesRendered) {
  const auto items = items_of("doc_to_text: q\ndoc_to_target: a\n",
                              "{\"q\": \"{{a}}\", \"a\": 1}\n{\"q\": \"x\", \"a\": 2.5}\n");
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].prompt, "{{a}}");
  EXPECT_EQ(items[0].target, "1.0");  // the column holds a fraction elsewhere
  EXPECT_EQ(items[1].target, "2.5");
  EXPECT_EQ(items[1].doc_id, 1U);
  const auto rendered =
      items_of("doc_to_text: 'Q: {{q}}\n\n  A:'\ndoc_to_target: '{{a}}%'\ndescription: 'D {{a}} '\n",
               "{\"q\": \"x\", \"a\": null}\n");
  EXPECT_EQ(rendered[0].prompt, "D None Q: x\nA:");
  EXPECT_EQ(rendered[0].target, "None%");
}

TEST(LoadItems, ChoicesComeFromListsColumnsAndTemplates) {
  const std::string document = "{\"q\": \"x\", \"c\": {\"text\": [\"a'b\", \"c\"]}, \"l\": 1}\n";
  EXPECT_THAT(items_of(kChoice + "doc_to_choice: [y, n]\ndoc_to_target: l\n", document)[0].choices,
              ElementsAre("y", "n"));
  EXPECT_THAT(items_of(kChoice + "doc_to_choice: '{{c.text}}'\ndoc_to_target: l\n", document)[0].choices,
              ElementsAre("a'b", "c"));
  EXPECT_THAT(
      items_of(kChoice + "doc_to_choice: \"['{{q}}', 'z']\"\ndoc_to_target: l\n", document)[0].choices,
      ElementsAre("x", "z"));
  EXPECT_THAT(error_of(kChoice + "doc_to_choice: q\ndoc_to_target: l\n", document),
              AllOf(HasSubstr("items.jsonl:1: doc_to_choice: no list of texts")));
}

TEST(LoadItems, GoldIsAnIndexOrAText) {
  const std::string yaml = kChoice + "doc_to_choice: [x, y, z]\ndoc_to_target: ";
  EXPECT_EQ(items_of(yaml + "2\n", "{\"q\": \"x\"}\n")[0].gold, 2);
  EXPECT_EQ(items_of(yaml + "l\n", "{\"q\": \"x\", \"l\": \"y\"}\n")[0].gold, 1);
  EXPECT_EQ(items_of(yaml + "'{{l}}'\n", "{\"q\": \"x\", \"l\": 2}\n")[0].gold, 2);
  EXPECT_EQ(items_of(yaml + "'{{l}}'\n", "{\"q\": \"x\", \"l\": \"z\"}\n")[0].gold, 2);
  EXPECT_EQ(items_of(yaml + "l\n", "{\"q\": \"x\", \"l\": true}\n")[0].gold, 1);
  const std::vector<Item> numbers =
      items_of(yaml + "l\n", "{\"q\": \"x\", \"l\": -1}\n{\"q\": \"x\", \"l\": 7}\n");
  EXPECT_EQ(numbers[0].gold, -1) << "never right";
  EXPECT_EQ(numbers[1].gold, kNoChoice);
  EXPECT_EQ(items_of(yaml + "l\n", "{\"q\": \"x\", \"l\": \"w\"}\n")[0].gold, kNoChoice);
}

TEST(LoadItems, GeneratedTargetsMayBeChoices) {
  const std::string yaml = "doc_to_text: q\ndoc_to_choice: [x, y]\ndoc_to_target: l\n";
  EXPECT_EQ(items_of(yaml, "{\"q\": \"x\", \"l\": 1}\n")[0].target, "y");
  EXPECT_EQ(items_of(yaml, "{\"q\": \"x\", \"l\": -2}\n")[0].target, "x");
  EXPECT_THAT(error_of(yaml, "{\"q\": \"x\", \"l\": 2}\n"),
              HasSubstr("doc_to_target gives 2, expected the number of one of 2 choices"));
}

TEST(LoadItems, ErrorsNameTheDocument) {
  const std::string good = "{\"question\": \"x\", \"a\": \"1\"}\n";
  EXPECT_THAT(
      error_of("doc_to_text: qestion\ndoc_to_target: a\n", good),
      AllOf(HasSubstr(
          "t.yaml:5:14: doc_to_text: the documents have no column 'qestion'; did you mean 'question'?")));
  EXPECT_THAT(error_of("doc_to_text: '{{qestion}}'\ndoc_to_target: a\n", good),
              AllOf(HasSubstr("items.jsonl:1: doc_to_text ("),
                    HasSubstr("'qestion' is undefined; did you mean 'question'?")));
  EXPECT_THAT(
      error_of("doc_to_text: question\ndoc_to_target: a\n", good + "{\"question\": null, \"a\": \"1\"}\n"),
      HasSubstr("items.jsonl:2: doc_to_text: a value of type NoneType, expected text"));
  EXPECT_THAT(error_of("doc_to_text: question\ndoc_to_target: a\n", good + "{\"question\": \"x\", \"a\": \n"),
              HasSubstr("items.jsonl:2:"));
  EXPECT_THAT(error_of("doc_to_text: question\ndoc_to_target: a\nnum_fewshot: 3\n", good),
              HasSubstr("3 examples are asked for, and 1 documents are there"));
}

struct Bundled {
  std::string name;
  std::size_t items;
  std::string prompt;
  std::string target;
};

class BundledTask : public testing::TestWithParam<Bundled> {};

/// Counts are those of recipes/pocket/README.md; prompts and targets of the first line of each file in
/// items/.
TEST_P(BundledTask, Loads) {
  const Task task = load_task(GetParam().name, {TSUGI_ROOT "/recipes/pocket/tasks"}, "");
  const auto items = load_items(task);
  ASSERT_EQ(items.size(), GetParam().items);
  EXPECT_EQ(items[0].prompt, GetParam().prompt);
  EXPECT_EQ(task.output_type == OutputType::multiple_choice
                ? items[0].choices[static_cast<std::size_t>(items[0].gold)]
                : items[0].target,
            GetParam().target);
  EXPECT_EQ(load_items(task, {.limit = 3}).size(), 3U);
}

INSTANTIATE_TEST_SUITE_P(
    LoadItems, BundledTask,
    testing::Values(
        Bundled{
            "pocket_math_ja", 2000,
            "Q: ソラはカードを45枚持っています。ソラは32枚売りました。カードは何枚ありますか。\nA:", "13"},
        Bundled{"pocket_math_en", 1000,
                "Q: Ken has 49 coins. Ken gives 11 to Sora. Ken sells 27. How many coins does Ken have?\nA:",
                "11"},
        Bundled{"pocket_chat_ja", 400, "Q: レオはレモンを88個持っています。レオは何を持っていますか。\nA:",
                "レオはレモンを88個持っています。"},
        Bundled{"pocket_chat_en", 400, "Q: Where are the eggs?\nA:", "The eggs are in the farm."},
        Bundled{"pocket_trans", 400, "Q: Translate: Sora has 1 eggs.\nA:", "ソラは卵を1個持っています。"},
        Bundled{"pocket_choice_ja", 600,
                "Q: トムはカードを12枚持っています。トムは12枚買いました。カードは何枚ありますか。\nA:",
                "12 + 12 = 24。答えは24枚です。"}));

TEST(LoadItems, TheBundledSearchTaskAsksForTheLanguage) {
  const Task task = load_task("pocket_math_ja", {TSUGI_ROOT "/recipes/pocket/tasks"}, "");
  EXPECT_EQ(task.required_language, "ja");
  ASSERT_EQ(task.metrics.size(), 2U);
  EXPECT_EQ(task.metrics[0].metric, "exact_match");
  EXPECT_EQ(task.metrics[1].metric, "exact_match_in_language");
  EXPECT_EQ(task.filters[0].name, "last-number");
  EXPECT_THAT(task.until, ElementsAre("\n"));
  EXPECT_EQ(task.max_gen_toks, 64U);
}

}  // namespace
}  // namespace tsugi::eval
