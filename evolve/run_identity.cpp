// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/run_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "eval/model/weights.h"
#include "merge/export/file_digests.h"
#include "merge/parallel.h"
#include "merge/sha256.h"
#include "merge/version.h"

namespace tsugi::evolve {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Not the version alone: a program that was built anew may round elsewhere.
std::string build_of_this_program() {
  constexpr std::size_t kShown = 16;  // of 64 digits: 2^64 builds before two are taken for one
  merge::FileDigests digests;
  const std::string program = digests.of("/proc/self/exe", "tsugi").sha256;
  return fmt::format("tsugi {} ({}), {}", merge::tool_version(), program.substr(0, kShown),
                     eval::arithmetic_libraries());
}

std::vector<NamedDigest> tasks_of(const Workbench& bench) {
  std::vector<NamedDigest> tasks;
  for (const ExamTask& task : bench.exam.tasks) {
    const eval::Task& read = task.prepared.task;
    const std::string text = fmt::format("{}\n{}", task.weight, read.config.dump());
    tasks.push_back({fmt::format("{} ({})", read.name, task.column), merge::sha256_hex(text)});
  }
  return tasks;
}

std::vector<fs::path> files_of(const Workbench& bench) {
  std::vector<fs::path> files;
  for (const Parent& parent : bench.parents) {
    for (const fs::path& file : parent.checkpoint->files()) files.push_back(file);
    // Tokenizer and template are one parent's; which one is the workbench's affair.
    for (const merge::Companion& companion : parent.checkpoint->companions()) {
      if (!companion.file.empty()) files.push_back(companion.file);
    }
  }
  for (const ExamTask& task : bench.exam.tasks) {
    const eval::Task& read = task.prepared.task;
    files.insert(files.end(), read.data_files.begin(), read.data_files.end());
    files.insert(files.end(), read.fewshot.files.begin(), read.fewshot.files.end());
    if (task.command) files.insert(files.end(), task.command->files.begin(), task.command->files.end());
  }
  for (const std::string& name : bench.spec.contamination.against) {
    if (const auto file = recipes::find_beside(name, bench.spec.file)) files.push_back(*file);
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

Json list_of(const std::vector<NamedDigest>& digests) {
  Json list = Json::array();
  for (const NamedDigest& digest : digests)
    list.push_back({{"name", digest.name}, {"sha256", digest.sha256}});
  return list;
}

std::vector<NamedDigest> digests_from(const Json& list) {
  std::vector<NamedDigest> digests;
  for (const Json& entry : list)
    digests.push_back({entry.at("name").get<std::string>(), entry.at("sha256").get<std::string>()});
  return digests;
}

const NamedDigest* find(const std::vector<NamedDigest>& digests, const std::string& name) {
  const auto found = std::find_if(digests.begin(), digests.end(),
                                  [&](const NamedDigest& digest) { return digest.name == name; });
  return found == digests.end() ? nullptr : &*found;
}

void compare(const std::string& what, const std::string& recorded, const std::string& present,
             std::vector<std::string>& out) {
  if (recorded != present) out.push_back(fmt::format("{} was {} and is {}", what, recorded, present));
}

void compare(const std::string& kind, const std::vector<NamedDigest>& recorded,
             const std::vector<NamedDigest>& present, std::vector<std::string>& out) {
  for (const NamedDigest& before : recorded) {
    const NamedDigest* now = find(present, before.name);
    compare(fmt::format("the SHA-256 of {} {}", kind, before.name), before.sha256,
            now == nullptr ? "gone" : now->sha256, out);
  }
  for (const NamedDigest& now : present) {
    if (find(recorded, now.name) == nullptr) out.push_back(fmt::format("{} {} is new", kind, now.name));
  }
}

}  // namespace

RunIdentity identify_run(const Workbench& bench) {
  RunIdentity identity;
  identity.build = build_of_this_program();
  identity.instruction_set = eval::describe_instruction_set();
  identity.search_file = bench.spec.file;
  identity.search_sha256 = merge::sha256_hex(bench.spec.source_text);
  identity.directory = fs::current_path().string();
  identity.seed = bench.spec.seed;
  identity.tasks = tasks_of(bench);
  const std::vector<fs::path> files = files_of(bench);
  identity.inputs.resize(files.size());
  merge::FileDigests digests;
  merge::parallel_for(files.size(), [&](std::size_t i) {
    identity.inputs[i] = {files[i].string(), digests.of(files[i], "").sha256};
  });
  return identity;
}

Json to_json(const RunIdentity& identity) {
  return {{"build", identity.build},
          {"instruction_set", identity.instruction_set},
          {"search", {{"file", identity.search_file}, {"sha256", identity.search_sha256}}},
          {"directory", identity.directory},
          {"seed", identity.seed},
          {"tasks", list_of(identity.tasks)},
          {"inputs", list_of(identity.inputs)}};
}

RunIdentity run_identity_from(const Json& json) {
  return {.build = json.at("build").get<std::string>(),
          .instruction_set = json.at("instruction_set").get<std::string>(),
          .search_file = json.at("search").at("file").get<std::string>(),
          .search_sha256 = json.at("search").at("sha256").get<std::string>(),
          .directory = json.at("directory").get<std::string>(),
          .seed = json.at("seed").get<std::uint64_t>(),
          .tasks = digests_from(json.at("tasks")),
          .inputs = digests_from(json.at("inputs"))};
}

std::vector<std::string> differences(const RunIdentity& recorded, const RunIdentity& present) {
  std::vector<std::string> out;
  compare("the build", recorded.build, present.build, out);
  compare("the instruction set", recorded.instruction_set, present.instruction_set, out);
  compare("the SHA-256 of the search file", recorded.search_sha256, present.search_sha256, out);
  compare("the seed", fmt::format("{}", recorded.seed), fmt::format("{}", present.seed), out);
  compare("task", recorded.tasks, present.tasks, out);
  compare("file", recorded.inputs, present.inputs, out);
  return out;
}

}  // namespace tsugi::evolve
