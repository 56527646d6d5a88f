// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Groups, tags and patterns as lm-evaluation-harness builds them (lm_eval/tasks/_factory.py);
// tests/peers/compare_task_types.py compares their rows.
#include "eval/tasks/task_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TaskSetTest : public testing::Test {
 protected:
  TaskSetTest() {
    folder_.write("items.jsonl", "{\"q\": \"x\", \"a\": \"y\"}\n");
    for (const char* name : {"b_task", "a_task", "c_task"}) task(name);
  }

  void task(const std::string& name, const std::string& keys = "tag: letters\n") const {
    folder_.write(name + ".yaml",
                  "task: " + name +
                      "\ndataset_path: json\ndataset_kwargs: {data_files: items.jsonl}\ntest_split: train\n"
                      "doc_to_text: q\ndoc_to_target: a\n" +
                      keys);
  }
  void group(const std::string& name, const std::string& keys) const {
    folder_.write(name + ".yaml", "group: " + name + "\n" + keys);
  }
  TaskSet load(const std::vector<std::string>& names) const {
    return load_task_set(names, {folder_.path().string()}, "");
  }
  std::string error_of(const std::vector<std::string>& names) const {
    try {
      load(names);
      return "no error";
    } catch (const InputError& error) {
      return error.what();
    }
  }
  static std::vector<std::string> names_of(const TaskSet& set) {
    std::vector<std::string> names;
    for (const Task& task : set.tasks) names.push_back(task.name);
    return names;
  }

  tests::TemporaryFolder folder_;
};

TEST_F(TaskSetTest, NamesTagsPatternsAndFiles) {
  EXPECT_THAT(names_of(load({"b_task", "a_task"})), ElementsAre("b_task", "a_task")) << "as asked";
  EXPECT_THAT(names_of(load({"letters"})), ElementsAre("a_task", "b_task", "c_task")) << "sorted";
  EXPECT_THAT(names_of(load({"[ab]_*"})), ElementsAre("a_task", "b_task"));
  EXPECT_THAT(names_of(load({(folder_.path() / "c_task.yaml").string()})), ElementsAre("c_task"));
  EXPECT_TRUE(load({"letters"}).groups.empty());
}

TEST_F(TaskSetTest, GroupsHoldTasksAndGroups) {
  group("inner", "task: [c_task]\naggregate_metric_list: [{metric: exact_match}]\n");
  group("outer",
        "group_alias: all\ntask: [a_task, inner, {group: own, task: [b_task]}]\nmetadata: {version: 1.5}\n"
        "aggregate_metric_list: [{metric: exact_match, weight_by_size: false, filter_list: [none, x]}]\n");
  const TaskSet set = load({"outer"});
  EXPECT_THAT(names_of(set), ElementsAre("a_task", "c_task", "b_task"));
  ASSERT_EQ(set.groups.size(), 3U);
  EXPECT_EQ(set.groups[0].name, "outer");
  EXPECT_EQ(set.groups[0].alias, "all");
  EXPECT_EQ(set.groups[0].version, "1.5");
  EXPECT_THAT(set.groups[0].children, ElementsAre("a_task", "inner", "outer::own"));
  EXPECT_THAT(set.groups[0].tasks, ElementsAre(0, 1, 2));
  EXPECT_THAT(set.groups[0].metrics.at(0).filters, ElementsAre("none", "x"));
  EXPECT_FALSE(set.groups[0].metrics.at(0).weight_by_size);
  EXPECT_THAT(set.groups[1].tasks, ElementsAre(1));
}

TEST_F(TaskSetTest, KeysOfAGroupAreSetInItsTasks) {
  group("few",
        "task: [a_task, {task: b_task, description: own}]\ndescription: group\ntarget_delimiter: '>'\n");
  const TaskSet set = load({"few"});
  EXPECT_EQ(set.tasks[0].description, "group");
  EXPECT_EQ(set.tasks[1].description, "own");
  EXPECT_EQ(set.tasks[1].target_delimiter, ">");
}

TEST_F(TaskSetTest, WhatCannotBeIsNamed) {
  EXPECT_THAT(error_of({"a_task", "letters"}), HasSubstr("a_task: this task is asked for twice"));
  EXPECT_THAT(error_of({"a_tsk"}), HasSubstr("did you mean 'a_task'?"));
  EXPECT_THAT(error_of({"z_*"}), HasSubstr("no task or group of such a name"));
  group("broken", "task: [a_task, d_task]\n");
  EXPECT_THAT(error_of({"broken"}), HasSubstr("broken.yaml:2:16"));
  group("endless", "task: [endless]\n");
  EXPECT_THAT(error_of({"endless"}), HasSubstr("more than 16 deep"));
  group("median", "task: [a_task]\naggregate_metric_list: [{metric: exact_match, aggregation: median}]\n");
  EXPECT_THAT(error_of({"median"}), HasSubstr("aggregation is 'median', expected 'mean'"));
  group("empty", "task: []\n");
  EXPECT_THAT(error_of({"empty"}), HasSubstr("group 'empty' without a list of tasks"));
}

// A task file that names a data set of a hub, as lm-evaluation-harness's do.
TEST_F(TaskSetTest, DataMayLieElsewhere) {
  folder_.write("hub.yaml",
                "task: hub\ndataset_path: owner/set\nvalidation_split: validation\ntraining_split: train\n"
                "doc_to_text: q\ndoc_to_target: a\n");
  const std::string row = "{\"q\": \"x\", \"a\": \"y\"}\n";
  const auto data_of = [&](const std::vector<std::string>& options) {
    return load_task_set({"hub", "a_task"}, {folder_.path().string()}, "", DataOverrides::parse(options))
        .tasks;
  };
  const auto error = [&](const std::vector<std::string>& options) {
    try {
      data_of(options);
      return std::string("no error");
    } catch (const InputError& thrown) {
      return std::string(thrown.what());
    }
  };
  const auto folder = folder_.path() / "exported";
  folder_.write("exported/other.jsonl", row);
  EXPECT_THAT(error({}), HasSubstr("hub.yaml:2:15: dataset_path is 'owner/set', expected 'json' or 'csv'"));
  EXPECT_THAT(error({folder.string()}), HasSubstr("--data: " + folder.string() +
                                                  " has no documents of task 'hub'; write them as "
                                                  "validation.jsonl or hub_validation.jsonl there"));
  const auto validation = folder_.write("exported/hub_validation.jsonl", row);
  const std::vector<Task> tasks = data_of({folder.string()});
  EXPECT_THAT(tasks[0].data_files, ElementsAre(validation));
  EXPECT_EQ(tasks[0].typing, Typing::as_written) << "of a hub, whose types are known";
  EXPECT_EQ(tasks[1].typing, Typing::datasets);
  EXPECT_THAT(tasks[1].data_files, ElementsAre(folder_.path() / "items.jsonl")) << "this one names its file";
  EXPECT_THAT(data_of({"a_task=" + validation.string(), folder.string()})[1].data_files,
              ElementsAre(validation));
  EXPECT_THAT(error({folder.string(), folder.string()}), HasSubstr("for the second time"));
  EXPECT_THAT(error({"hbu=" + folder.string(), folder.string()}),
              HasSubstr("--data: 'hbu' is none of the tasks that are asked for; did you mean 'hub'?"));
  EXPECT_THAT(error({"gone"}), HasSubstr("--data: there is no gone"));
}

}  // namespace
}  // namespace tsugi::eval
