// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/task_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "recipes/yaml.h"

namespace tsugi::eval {
namespace {

namespace fs = std::filesystem;

/// The path itself when it exists from here, else beside the file `relative_to`, else nothing.
std::optional<fs::path> resolve(const std::string& path, const std::string& relative_to) {
  std::error_code error;
  if (fs::exists(path, error)) return path;
  if (relative_to.empty() || fs::path(path).is_absolute()) return std::nullopt;
  const fs::path base =
      fs::is_directory(relative_to, error) ? fs::path(relative_to) : fs::path(relative_to).parent_path();
  if (fs::exists(base / path, error)) return (base / path).lexically_normal();
  return std::nullopt;
}

/// Every *.yaml below, sorted by path; folders that Python tools leave behind are skipped.
std::vector<fs::path> yaml_files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name == "__pycache__" || name == ".ipynb_checkpoints") {
      entry.disable_recursion_pending();
    } else if (entry->path().extension() == ".yaml" && entry->is_regular_file(error)) {
      files.push_back(entry->path());
    }
  }
  std::sort(files.begin(), files.end(),
            [](const fs::path& a, const fs::path& b) { return a.string() < b.string(); });
  return files;
}

/// The tasks below some folders, as far as a question about one name needs to read them.
class Index {
 public:
  explicit Index(std::string wanted) : wanted_(std::move(wanted)) {}

  /// The first file whose task has the wanted name.
  std::optional<fs::path> find(const fs::path& folder) {
    for (const fs::path& file : yaml_files_below(folder)) {
      if (name_in(file) == wanted_) return file;
    }
    return std::nullopt;
  }

  [[noreturn]] void fail() const {
    std::string cure =
        names_.empty() ? "there are no tasks in the folders given" : suggestion(wanted_, names_);
    if (!broken_.empty())
      cure += fmt::format("; {} files could not be read, the first: {}", broken_count_, broken_);
    throw InputError(wanted_, "no task of this name", cure);
  }

 private:
  std::string name_in(const fs::path& file) {
    try {
      const TypedYaml task = read_task_file(file);
      const TypedYaml* name = task.find("task");
      if (name == nullptr || !name->is_text()) return "";
      return names_.emplace_back(name->scalar.get<std::string>());
    } catch (const InputError& error) {
      if (broken_count_++ == 0) broken_ = error.what();
      return "";
    }
  }

  std::string wanted_;
  std::vector<std::string> names_;
  std::string broken_;
  std::size_t broken_count_ = 0;
};

/// Reads a file and what it includes.
class Includer {
 public:
  TypedYaml read(const fs::path& file) {
    constexpr std::size_t kMostFiles =
        256;  // the harness's longest chain has 4; bounds what includes can multiply to
    if (++files_ > kMostFiles)
      throw InputError(file.string(), "more than 256 included files", "remove includes");
    TypedYaml own = read_typed_yaml(recipes::read_yaml_text(file), file.string());
    if (!own.is_mapping)
      throw InputError(file.string(), fmt::format("{}, expected a mapping", own.seen()),
                       "is this a task file?");
    TypedYaml merged = own;
    merged.members.clear();
    open_.push_back(fs::weakly_canonical(file));
    if (const TypedYaml* include = own.find("include"); include != nullptr)
      include_all(merged, *include, file);
    open_.pop_back();
    for (TypedYaml::Member& member : own.members) {
      if (member.key != "include") set_member(merged, std::move(member));
    }
    return merged;
  }

 private:
  void include_all(TypedYaml& merged, const TypedYaml& include, const fs::path& file) {
    const std::vector<TypedYaml> paths = include.is_list ? include.items : std::vector<TypedYaml>{include};
    for (const TypedYaml& path : paths) {
      if (!path.is_text())
        throw InputError(path.mark, fmt::format("include is {}, expected a path", path.seen()),
                         "give the path of a YAML file");
      const fs::path included = file.parent_path() / path.scalar.get<std::string>();
      if (std::find(open_.begin(), open_.end(), fs::weakly_canonical(included)) != open_.end()) {
        throw InputError(path.mark, fmt::format("'{}' includes itself", path.scalar.get<std::string>()),
                         "remove this include");
      }
      std::error_code error;
      if (!fs::exists(included, error)) {
        throw InputError(path.mark, fmt::format("there is no file {}", included.lexically_normal().string()),
                         "correct the path; it starts at this file's folder");
      }
      for (TypedYaml::Member& member : read(included.lexically_normal()).members) {
        if (member.key != "task_list") set_member(merged, std::move(member));
      }
    }
  }

  std::vector<fs::path> open_;  ///< files being read, outermost first
  std::size_t files_ = 0;
};

std::vector<std::string> texts_of(const TypedYaml& value) {
  std::vector<std::string> texts;
  const std::vector<TypedYaml> items = value.is_list ? value.items : std::vector<TypedYaml>{value};
  for (const TypedYaml& item : items) {
    if (item.is_text()) texts.push_back(item.scalar.get<std::string>());
  }
  return texts;
}

/// What one file defines.
void add_to_index(const fs::path& file, TaskIndex& index) {
  try {
    const TypedYaml content = read_task_file(file);
    const TypedYaml* task = content.find("task");
    const TypedYaml* group = content.find("group");
    if (task != nullptr && task->is_text()) {
      const std::string name = task->scalar.get<std::string>();
      index.files.emplace(name, file);
      for (const char* key : {"tag", "group"}) {  // older files call a tag a group
        if (const TypedYaml* tags = content.find(key)) {
          for (const std::string& tag : texts_of(*tags)) index.tags[tag].push_back(name);
        }
      }
    } else if (group != nullptr && group->is_text()) {
      index.files.emplace(group->scalar.get<std::string>(), file);
    }
  } catch (const InputError&) {
    // A broken file matters to those who ask for its task: the search by name then says what is wrong with
    // it.
  }
}

}  // namespace

bool is_yaml_path(const std::string& name) {
  const std::string extension = fs::path(name).extension().string();
  return extension == ".yaml" || extension == ".yml";
}

void set_member(TypedYaml& mapping, TypedYaml::Member member) {
  const auto found = std::find_if(mapping.members.begin(), mapping.members.end(),
                                  [&](const TypedYaml::Member& other) { return other.key == member.key; });
  if (found == mapping.members.end()) {
    mapping.members.push_back(std::move(member));
  } else {
    *found = std::move(member);
  }
}

TaskIndex index_tasks(const std::vector<std::string>& folders, const std::string& relative_to) {
  TaskIndex all;
  for (const std::string& folder : folders) {
    const auto path = resolve(folder, relative_to);
    if (!path) throw InputError(folder, "no such folder of tasks", "check the path");
    TaskIndex here;
    for (const fs::path& file : yaml_files_below(*path)) add_to_index(file, here);
    for (auto& [name, file] : here.files) all.files.insert_or_assign(name, file);
    for (auto& [tag, tasks] : here.tags)
      all.tags[tag].insert(all.tags[tag].end(), tasks.begin(), tasks.end());
  }
  for (auto& [tag, tasks] : all.tags) {
    std::sort(tasks.begin(), tasks.end());
    tasks.erase(std::unique(tasks.begin(), tasks.end()), tasks.end());
  }
  return all;
}

fs::path find_task_file(const std::string& name, const std::vector<std::string>& folders,
                        const std::string& relative_to) {
  if (is_yaml_path(name)) {
    if (const auto path = resolve(name, relative_to)) return *path;
    throw InputError(name, "no such task file", "check the path");
  }
  Index index(name);
  std::optional<fs::path> found;
  for (const std::string& folder : folders) {
    const auto path = resolve(folder, relative_to);
    if (!path) throw InputError(folder, "no such folder of tasks", "check the path");
    if (auto file = index.find(*path)) found = std::move(file);
  }
  if (!found) index.fail();
  return *found;
}

TypedYaml read_task_file(const fs::path& file) {
  return Includer().read(file);
}

}  // namespace tsugi::eval
