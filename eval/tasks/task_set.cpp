// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/tasks/task_set.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include "eval/tasks/task_file.h"
#include "eval/tasks/task_parts.h"
#include "eval/template/python_value.h"

namespace tsugi::eval {
namespace {

using Members = std::vector<TypedYaml::Member>;

constexpr int kDeepest = 16;  // groups in groups; real ones have three levels

// Keys of a group that are about the group itself; all others are for its tasks.
constexpr std::array<std::string_view, 6> kGroupKeys{
    "group", "group_alias", "task", "aggregate_metric_list", "metadata", "tag_to_task"};

bool is_group(const TypedYaml& file) {
  const TypedYaml* task = find_set(file, "task");
  return find_set(file, "group") != nullptr && (task == nullptr || !task->is_text());
}

std::vector<GroupMetric> read_metrics_of_group(const TypedYaml& group) {
  std::vector<GroupMetric> metrics;
  const TypedYaml* list = find_set(group, "aggregate_metric_list");
  if (list == nullptr) return metrics;
  const std::vector<TypedYaml> entries = list->is_list ? list->items : std::vector<TypedYaml>{*list};
  for (const TypedYaml& entry : entries) {
    check_keys(entry, "aggregate_metric_list", {"metric", "aggregation", "weight_by_size", "filter_list"});
    GroupMetric metric;
    const TypedYaml* name = find_set(entry, "metric");
    if (name == nullptr)
      refuse_value(entry, "aggregate_metric_list", "entries with 'metric'", "write - metric: acc");
    metric.metric = text_of(*name, "metric");
    const TypedYaml* aggregation = find_set(entry, "aggregation");
    if (aggregation != nullptr && aggregation->scalar != "mean")
      refuse_value(*aggregation, "aggregation", "'mean'", "a group's score is a mean over its tasks");
    if (const TypedYaml* weigh = find_set(entry, "weight_by_size")) {
      if (!weigh->scalar.is_boolean()) refuse_value(*weigh, "weight_by_size", "true or false", "write true");
      metric.weight_by_size = weigh->scalar.get<bool>();
    }
    if (const TypedYaml* filters = find_set(entry, "filter_list")) {
      if (!filters->is_list) {
        metric.filters = {text_of(*filters, "filter_list")};
      } else {
        for (const TypedYaml& filter : filters->items) metric.filters.push_back(text_of(filter, "a filter"));
      }
    }
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

class Builder {
 public:
  Builder(const std::vector<std::string>& folders, const std::string& relative_to, const DataOverrides& data)
      : folders_(folders), relative_to_(relative_to), data_(data) {}

  void add(const std::string& name) { static_cast<void>(resolve(name, {}, {}, 0)); }

  TaskSet take() {
    const std::vector<std::string> known(names_.begin(), names_.end());
    for (const auto& [task, path] : data_.by_task) {
      if (!names_.contains(task))
        throw InputError("--data", fmt::format("'{}' is none of the tasks that are asked for", task),
                         suggestion(task, known));
    }
    return std::move(set_);
  }

 private:
  struct Found {
    std::vector<std::string> children;
    std::vector<std::size_t> tasks;
  };

  // Tasks and groups that a name stands for.
  Found resolve(const std::string& name, const Members& overrides, const std::optional<Mark>& mark,
                int depth) {
    if (depth > kDeepest) throw InputError(name, "groups nested more than 16 deep", "end the recursion");
    if (name.find_first_of("*?[") != std::string::npos) return matching(name, overrides, depth);
    if (!is_yaml_path(name)) {
      const TaskIndex& all = index();
      if (const auto tag = all.tags.find(name); tag != all.tags.end() && !all.files.contains(name)) {
        Found found;
        for (const std::string& task : tag->second) append(found, resolve(task, overrides, mark, depth + 1));
        return found;
      }
      if (const auto file = all.files.find(name); file != all.files.end())
        return read(file->second, overrides, depth);
    }
    try {
      return read(find_task_file(name, folders_, relative_to_), overrides, depth);
    } catch (const InputError& error) {
      if (!mark) throw;
      throw InputError(*mark, error.what(), "correct the name");
    }
  }

  Found matching(const std::string& pattern, const Members& overrides, int depth) {
    Found found;
    for (const auto& [name, file] : index().files) {
      if (fnmatch(pattern.c_str(), name.c_str(), 0) == 0) append(found, read(file, overrides, depth + 1));
    }
    if (found.tasks.empty())
      throw InputError(pattern, "no task or group of such a name",
                       "check the pattern and the folders of tasks");
    return found;
  }

  Found read(const std::filesystem::path& file, const Members& overrides, int depth) {
    TypedYaml root = read_task_file(file);
    if (is_group(root)) return group(root, text_of(*find_set(root, "group"), "group"), overrides, depth);
    for (const TypedYaml::Member& member : overrides) set_member(root, member);
    override_data(root, data_);
    set_.tasks.push_back(read_task(root, file.string()));
    const Task& task = set_.tasks.back();
    const bool twice = !names_.insert(task.name).second;
    if (twice) {
      throw InputError(task.name, "this task is asked for twice, by itself or through groups",
                       "ask for it once: its results have one name");
    }
    return {{task.name}, {set_.tasks.size() - 1}};
  }

  Found group(const TypedYaml& root, const std::string& name, const Members& overrides, int depth) {
    TaskGroup group;
    group.name = name;
    const TypedYaml* alias = find_set(root, "group_alias");
    group.alias = alias == nullptr ? name : text_of(*alias, "group_alias");
    const TypedYaml* metadata = find_set(root, "metadata");
    const TypedYaml* version = metadata == nullptr ? nullptr : find_set(*metadata, "version");
    if (version != nullptr) group.version = python::str(version->json());
    group.metrics = read_metrics_of_group(root);
    Members own;
    for (const TypedYaml::Member& member : root.members) {
      if (std::find(kGroupKeys.begin(), kGroupKeys.end(), member.key) == kGroupKeys.end())
        own.push_back(member);
    }
    own.insert(own.end(), overrides.begin(), overrides.end());  // who asks for the group has the last word
    const TypedYaml* list = find_set(root, "task");
    if (list == nullptr || !list->is_list || list->items.empty())
      throw InputError(list == nullptr ? root.mark : list->mark,
                       fmt::format("group '{}' without a list of tasks", name), "write task: [a, b]");
    // Its place is before that of the groups inside.
    const std::size_t place = set_.groups.size();
    set_.groups.push_back(group);
    for (const TypedYaml& item : list->items) {
      const Found found = member_of(item, name, own, depth);
      group.children.insert(group.children.end(), found.children.begin(), found.children.end());
      group.tasks.insert(group.tasks.end(), found.tasks.begin(), found.tasks.end());
    }
    set_.groups[place] = group;
    return {{name}, group.tasks};
  }

  // A name; {task: name, …}; {group: name, …}, which is known or made here.
  Found member_of(const TypedYaml& item, const std::string& parent, const Members& overrides, int depth) {
    if (item.is_text()) return resolve(item.scalar.get<std::string>(), overrides, item.mark, depth + 1);
    const TypedYaml* named = item.is_mapping ? find_set(item, "group") : nullptr;
    const TypedYaml* task = item.is_mapping ? find_set(item, "task") : nullptr;
    if (named == nullptr && task == nullptr)
      refuse_value(item, "a member of a group", "a name, or a mapping with 'task' or 'group'",
                   "write - task: name");
    Members all = overrides;
    if (named != nullptr) {
      const std::string name = text_of(*named, "group");
      if (!index().files.contains(name))
        return group(item, fmt::format("{}::{}", parent, name), overrides, depth + 1);
      for (const TypedYaml::Member& member : item.members) {
        if (member.key != "group") all.push_back(member);
      }
      return resolve(name, all, named->mark, depth + 1);
    }
    for (const TypedYaml::Member& member : item.members) {
      if (member.key != "task") all.push_back(member);
    }
    return resolve(text_of(*task, "task"), all, task->mark, depth + 1);
  }

  static void append(Found& to, const Found& from) {
    to.children.insert(to.children.end(), from.children.begin(), from.children.end());
    to.tasks.insert(to.tasks.end(), from.tasks.begin(), from.tasks.end());
  }

  const TaskIndex& index() {
    if (!index_) index_ = index_tasks(folders_, relative_to_);
    return *index_;
  }

  const std::vector<std::string>& folders_;
  const std::string& relative_to_;
  const DataOverrides& data_;
  std::optional<TaskIndex> index_;
  TaskSet set_;
  std::set<std::string> names_;
};

}  // namespace

TaskSet load_task_set(const std::vector<std::string>& names, const std::vector<std::string>& folders,
                      const std::string& relative_to, const DataOverrides& data) {
  Builder builder(folders, relative_to, data);
  for (const std::string& name : names) builder.add(name);
  return builder.take();
}

}  // namespace tsugi::eval
