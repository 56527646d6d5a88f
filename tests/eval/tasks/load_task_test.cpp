// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Task files: fields, defaults, refusals, includes, names and folders.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eval/tasks/task.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::eval {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

const std::string kHead =
    "task: t\ndataset_path: json\ndataset_kwargs: {data_files: items.jsonl}\ntest_split: train\n";
const std::string kQuestion = "doc_to_text: q\ndoc_to_target: a\n";

/// A folder with t.yaml and its data.
class TaskFolder {
 public:
  TaskFolder() {
    folder_.write("items.jsonl", "{\"q\": \"1+1\", \"a\": \"2\"}\n");
    folder_.write("own.py", "def f(doc):\n    return doc\n");
  }

  Task load(const std::string& yaml) const {
    return load_task(folder_.write("t.yaml", yaml).string(), {}, "");
  }
  std::string error(const std::string& yaml) const {
    try {
      load(yaml);
      return "no error";
    } catch (const InputError& error) {
      return error.what();
    }
  }
  const tests::TemporaryFolder& folder() const { return folder_; }

 private:
  tests::TemporaryFolder folder_;
};

TEST(LoadTask, DefaultsAreTheHarnesss) {
  const TaskFolder folder;
  const Task task = folder.load(kHead + kQuestion);
  EXPECT_EQ(task.name, "t");
  EXPECT_EQ(task.output_type, OutputType::generate_until);
  EXPECT_THAT(task.until, ElementsAre("\n\n"));
  EXPECT_EQ(task.max_gen_toks, 256U);
  EXPECT_EQ(task.target_delimiter, " ");
  ASSERT_EQ(task.filters.size(), 1U);
  EXPECT_EQ(task.filters[0].name, "none");
  EXPECT_EQ(task.filters[0].steps[0].function, "take_first");
  ASSERT_EQ(task.metrics.size(), 1U);
  EXPECT_EQ(task.metrics[0].metric, "exact_match");
  EXPECT_THAT(task.notes, ElementsAre(AllOf(HasSubstr("items.jsonl found in the task's folder"),
                                            EndsWith("items.jsonl"))));

  const Task choice =
      folder.load(kHead + kQuestion + "output_type: multiple_choice\ndoc_to_choice: [x, y]\n");
  ASSERT_EQ(choice.metrics.size(), 2U);
  EXPECT_EQ(choice.metrics[0].metric, "acc");
  EXPECT_EQ(choice.metrics[1].metric, "acc_norm");
}

TEST(LoadTask, ReadsEveryField) {
  const TaskFolder folder;
  const Task task = folder.load(kHead + R"(
doc_to_text: "Q: {{q}}"
doc_to_target: "{{a}}"
description: "Do sums.\n"
target_delimiter: ""
fewshot_delimiter: "###"
num_fewshot: 0
repeats: 1
tag: [x]
task_alias: T
should_decontaminate: true
doc_to_decontamination_query: q
process_docs: null
unsafe_code: false
generation_kwargs: {until: "\n", do_sample: false, temperature: 0.0, max_gen_toks: 12, max_new_tokens: 99}
filter_list:
  - name: last
    filter:
      - {function: regex, regex_pattern: '-?[0-9]+', group_select: -1}
      - function: take_first
metric_list:
  - {metric: exact_match, aggregation: mean, higher_is_better: yes, ignore_case: on, regexes_to_ignore: [","]}
metadata: {version: 1.0, anything: [1], tsugi: {language: ja, metrics: [exact_match_in_language]}}
)");
  EXPECT_THAT(task.until, ElementsAre("\n"));
  EXPECT_EQ(task.max_gen_toks, 12U);
  EXPECT_EQ(task.description, "Do sums.\n");
  EXPECT_EQ(task.target_delimiter, "");
  EXPECT_EQ(task.filters[0].steps[0].arguments.at("group_select"), -1);
  ASSERT_EQ(task.metrics.size(), 2U);
  EXPECT_EQ(task.metrics[0].arguments.at("ignore_case"), true);
  EXPECT_EQ(task.metrics[1].metric, "exact_match_in_language");
  EXPECT_EQ(task.metrics[1].arguments, task.metrics[0].arguments);  // the same comparison, and the language
  EXPECT_EQ(task.required_language, "ja");
  EXPECT_EQ(task.version, "1.0");
  EXPECT_EQ(task.config["metric_list"][0]["higher_is_better"], true);
  EXPECT_EQ(task.marks.at("doc_to_text").line, 6);
}

TEST(LoadTask, StopsWithoutUntilAreTheDelimiter) {
  const TaskFolder folder;
  EXPECT_THAT(
      folder.load(kHead + kQuestion + "generation_kwargs: {max_tokens: 5}\nfewshot_delimiter: '#'\n").until,
      ElementsAre("#"));
  EXPECT_EQ(folder.load(kHead + kQuestion + "generation_kwargs: {max_tokens: 5}\n").max_gen_toks, 5U);
  EXPECT_TRUE(folder.load(kHead + kQuestion + "generation_kwargs: {until: []}\n").until.empty());
}

TEST(LoadTask, MappingsOfChoicesStandForTheirValuesInOrder) {
  const TaskFolder folder;
  const Task task =
      folder.load(kHead + kQuestion + "doc_to_choice: {b: x, a: y}\noutput_type: multiple_choice\n");
  EXPECT_EQ(task.doc_to_choice.value, nlohmann::json({"x", "y"}));
}

TEST(LoadTask, UnknownKeysNameTheNearest) {
  const TaskFolder folder;
  EXPECT_THAT(folder.error(kHead + kQuestion + "doc_to_txt: q\n"),
              EndsWith("t.yaml:7:1: unknown key 'doc_to_txt' in a task; did you mean 'doc_to_text'?"));
  EXPECT_THAT(folder.error(kHead + kQuestion + "generation_kwargs: {untill: x}\n"),
              AllOf(HasSubstr("t.yaml:7:21: unknown key 'untill'"), HasSubstr("'until'?")));
  EXPECT_THAT(folder.error(kHead + kQuestion + "metadata: {tsugi: {languages: ja}}\n"),
              HasSubstr("did you mean 'language'?"));
  EXPECT_THAT(folder.error(kHead + kQuestion + "filter_list: [{name: a, filters: []}]\n"),
              HasSubstr("did you mean 'filter'?"));
}

/// A line added to a good task, and what the error says.
struct Refusal {
  std::string yaml;
  std::string says;
};

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithPlaceAndReason) {
  const TaskFolder folder;
  EXPECT_THAT(folder.error(kHead + kQuestion + GetParam().yaml + "\n"),
              AllOf(HasSubstr("t.yaml:7:"), HasSubstr(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    LoadTask, Refused,
    testing::Values(
        Refusal{
            "process_docs: !function utils.f",
            "'process_docs: !function utils.f' is Python code, which tsugi does not run, and there is no "},
        Refusal{"process_docs: utils.f", "process_docs is 'utils.f', expected a !function"},
        Refusal{"process_results: !function a.b.f", "/a/b.py to know it by"},
        Refusal{"doc_to_choice: !function own.f",
                "own.py is none of those that it has in C++ (hellaswag/utils.py"},
        Refusal{"metric_list: [{metric: exact_match, aggregation: !function own.f}]",
                "'metric_list.aggregation: !function own.f' is Python code, which tsugi does not run, and it "
                "has no "
                "port for this place"},
        Refusal{"filter_list: [{name: a, filter: [{function: custom, filter_fn: !function own.f}]}]",
                "'filter_list.filter.filter_fn: !function own.f'"},
        Refusal{"fewshot_config: {samples: !function own.list}",
                "'fewshot_config.samples: !function own.list'"},
        Refusal{"fewshot_config: {process_docs: !function own.f}", "'process_docs: !function own.f'"},
        Refusal{"custom_dataset: !function own.f", "'custom_dataset: !function own.f' is Python code"},
        Refusal{"output_type: loglikelyhood", "did you mean 'loglikelihood'?"},
        Refusal{"num_fewshot: -1", "num_fewshot is -1, expected a whole number of 0 or more"},
        Refusal{"fewshot_config: {sampler: balanced}", "sampler is 'balanced', expected default or first_n"},
        Refusal{"fewshot_config: {smaples: []}", "did you mean 'samples'?"},
        Refusal{"repeats: 0", "repeats is 0, expected a whole number above 0"},
        Refusal{"generation_kwargs: {do_sample: true}", "do_sample is true, expected false"},
        Refusal{"generation_kwargs: {temperature: 0.7}", "temperature is 0.7, expected 0"},
        Refusal{"generation_kwargs: {num_beams: 4}", "num_beams is 4, expected 1"},
        Refusal{"generation_kwargs: {max_gen_toks: 0}", "max_gen_toks is 0, expected a whole number above 0"},
        Refusal{"generation_kwargs: {until: ''}", "an empty one would end every answer"},
        Refusal{"generation_kwargs: {until: [on]}", "a stop string is true, expected text"},
        Refusal{"doc_to_choice: [no, yes]", "a choice is false, expected text"},
        Refusal{"metric_list: [{metric: exact_mach}]", "did you mean 'exact_match'?"},
        Refusal{"metric_list: [{metric: acc}]", "no metric 'acc' for generate_until tasks"},
        Refusal{"metric_list: [{metric: exact_match, ignore_cases: true}]", "did you mean 'ignore_case'?"},
        Refusal{"metric_list: [{metric: exact_match, regexes_to_ignore: x}]", "no list of patterns"},
        Refusal{"metric_list: [{metric: exact_match, regexes_to_ignore: ['(']}]", "the pattern '('"},
        Refusal{"metric_list: [{metric: exact_match, regexes_to_ignore: []}]", "is an empty list"},
        Refusal{"metric_list: [{metric: exact_match, aggregation: median}]",
                "aggregation is 'median', expected 'mean'"},
        Refusal{"metric_list: [{metric: exact_match}, {metric: exact_match}]", "for the second time"},
        Refusal{"metadata: {tsugi: {metrics: [exact_match_in_language]}}", "in a task without language"},
        Refusal{"metadata: {tsugi: {language: xq, metrics: [exact_match_in_language]}}",
                "language 'xq' is none"},
        Refusal{"metadata: {tsugi: {language: japanese}}", "expected an ISO 639-1 code"},
        Refusal{"filter_list: [{name: a, filter: [{function: regexp}]}]", "did you mean 'regex'?"},
        Refusal{"filter_list: [{name: a, filter: [{function: map, mapping_dict: {yes: '1'}}]}]",
                "'yes' is no text in YAML"},
        Refusal{
            "filter_list: [{name: a, filter: [{function: take_first_k, k: 3}, {function: majority_vote}]}]",
            "take_first_k of 3 with repeats: 1"},
        Refusal{"description: '{{a'", "description, line 1, column 1 of the template"}));

TEST(LoadTask, SeveralResponsesEndInOne) {
  const TaskFolder folder;
  const std::string repeats =
      kHead + kQuestion + "repeats: 4\nfilter_list: [{name: maj@4, filter: [{function: take_first_k, k: 4}";
  EXPECT_EQ(folder.load(repeats + ", {function: majority_vote}, {function: take_first}]}]\n").filters.size(),
            1U);
  EXPECT_THAT(folder.error(repeats + ", {function: lowercase}]}]\n"),
              HasSubstr("several responses at the end of a pipeline; end it with majority_vote"));
}

TEST(LoadTask, DataMustBeThere) {
  const TaskFolder folder;
  EXPECT_THAT(folder.error("task: t\ndataset_path: gsm8k\ntest_split: test\n" + kQuestion),
              HasSubstr("dataset_path is 'gsm8k', expected 'json'"));
  EXPECT_THAT(
      folder.error(
          "task: t\ndataset_path: json\ntest_split: test\ndataset_kwargs: {data_files: items.jsonl}\n" +
          kQuestion),
      HasSubstr("the split is 'test', expected 'train'"));
  EXPECT_THAT(folder.error("task: t\ndataset_path: json\ntest_split: tset\ndataset_kwargs: {data_files: "
                           "{test: items.jsonl}}\n" +
                           kQuestion),
              AllOf(HasSubstr("t.yaml:3:13: the split 'tset' has no data_files"), HasSubstr("'test'?")));
  EXPECT_THAT(
      folder.error(
          "task: t\ndataset_path: json\ntest_split: train\ndataset_kwargs: {data_files: [gone.jsonl]}\n" +
          kQuestion),
      HasSubstr("t.yaml:4:31: there is no data file gone.jsonl"));
  EXPECT_THAT(
      folder.error("task: t\ndataset_path: json\ndataset_kwargs: {data_files: items.jsonl}\n" + kQuestion),
      HasSubstr("neither test_split nor validation_split"));
  EXPECT_EQ(folder
                .load("task: t\ndataset_path: json\nvalidation_split: v\ndataset_kwargs: {data_files: {v: "
                      "[items.jsonl, items.jsonl]}}\n" +
                      kQuestion)
                .data_files.size(),
            2U);
}

TEST(LoadTask, GroupsAndOtherFilesAreNoTasks) {
  const TaskFolder folder;
  EXPECT_THAT(folder.error("group: g\ntask: [a, b]\n"), HasSubstr("this file is a group; name a task"));
  EXPECT_THAT(folder.error("- a\n"), HasSubstr("a list, expected a mapping"));
  EXPECT_THAT(folder.error("dataset_path: json\n"), HasSubstr("no 'task:'"));
}

TEST(LoadTask, IncludesAreMergedKeyByKey) {
  const TaskFolder folder;
  folder.folder().write("sub/base",
                        kHead + "doc_to_text: far\ndoc_to_target: a\nmetadata: {version: 2, x: 1}\n");
  folder.folder().write("sub/near", "include: base\ndoc_to_text: '{{q}}!'\ntask_list: [z]\n");
  const Task task = folder.load("include: [sub/near]\nmetadata: {version: 3}\n");
  EXPECT_EQ(task.doc_to_text.value, "{{q}}!");
  EXPECT_EQ(task.config["metadata"], nlohmann::json({{"version", 3}}));
  EXPECT_THAT(task.marks.at("doc_to_text").file, EndsWith("sub/near"));
}

TEST(LoadTask, IncludesMustEnd) {
  const TaskFolder folder;
  folder.folder().write("other", "include: t.yaml\n");
  EXPECT_THAT(folder.error("include: other\n"),
              AllOf(HasSubstr("other:1:10:"), HasSubstr("'t.yaml' includes itself")));
  EXPECT_THAT(folder.error("include: gone\n"), HasSubstr("t.yaml:1:10: there is no file"));
  EXPECT_THAT(folder.error("include: {a: b}\n"), HasSubstr("include is a mapping, expected a path"));
}

TEST(LoadTask, NamesAreLookedForInFolders) {
  const tests::TemporaryFolder folder;
  folder.write("items.jsonl", "{\"q\": \"1\", \"a\": \"2\"}\n");
  const std::string body =
      "dataset_path: json\ndataset_kwargs: {data_files: ../../items.jsonl}\ntest_split: train\n" + kQuestion;
  folder.write("one/b/second.yaml", "task: sums\ndescription: second\n" + body);
  folder.write("one/a/first.yaml", "task: sums\ndescription: first\n" + body);
  folder.write("one/a/other.yaml", "task: products\n" + body);
  folder.write("one/a/__pycache__/x.yaml", "task: cached\n" + body);
  folder.write("two/a/third.yaml", "task: sums\ndescription: third\n" + body);
  const std::string one = folder / "one";
  const std::string two = folder / "two";
  EXPECT_EQ(load_task("sums", {one}, "").description, "first");
  EXPECT_EQ(load_task("sums", {one, two}, "").description, "third");
  EXPECT_EQ(load_task("sums", {two, one}, "").description, "first");
  EXPECT_EQ(load_task("sums", {"one"}, (folder / "search.yaml").string()).description,
            "first");  // beside the search file
  EXPECT_EQ(load_task("one/a/other.yaml", {}, (folder / "search.yaml").string()).name, "products");
  const auto error = [&](const std::string& name, const std::vector<std::string>& folders) -> std::string {
    try {
      load_task(name, folders, "");
      return "no error";
    } catch (const InputError& input_error) {
      return input_error.what();
    }
  };
  EXPECT_EQ(error("suns", {one}), "suns: no task of this name; did you mean 'sums'?");
  EXPECT_THAT(error("cached", {one}), HasSubstr("no task of this name"));
  EXPECT_THAT(error("sums", {"nowhere"}), HasSubstr("nowhere: no such folder of tasks"));
  EXPECT_THAT(error("gone.yaml", {}), HasSubstr("no such task file"));
  folder.write("one/broken.yaml", "task: [\n");
  EXPECT_THAT(error("suns", {one}), HasSubstr("1 files could not be read, the first:"));
}

}  // namespace
}  // namespace tsugi::eval
