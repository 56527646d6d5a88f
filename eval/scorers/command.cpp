// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/scorers/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <set>
#include <sstream>

#include "eval/scorers/command_answers.h"
#include "eval/scorers/process.h"
#include "eval/tasks/documents.h"
#include "merge/export/output_file.h"
#include "recipes/command_words.h"

namespace tsugi::eval {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using recipes::Placeholder;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

fs::path find_program(const recipes::CommandSpec& spec, const std::string& search_file) {
  const std::string& name = spec.words.front();
  const auto refuse = [&](const std::string& what) {
    throw InputError(spec.mark, fmt::format("the program '{}' {}", name, what),
                     "give a program of PATH, or a path from the working directory or from the search file");
  };
  if (name.find('/') != std::string::npos) {
    const auto found = recipes::find_beside(name, search_file);
    if (!found || !is_file(*found)) refuse("is not there");
    if (::access(found->c_str(), X_OK) != 0) refuse("cannot be executed");
    return fs::absolute(*found);
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path file = fs::path(folder.empty() ? "." : folder) / name;
    if (is_file(file) && ::access(file.c_str(), X_OK) == 0) return fs::absolute(file);
  }
  refuse("is not in PATH");
  return {};
}

/// Where files for one call are.
struct Places {
  fs::path model;
  fs::path items;
  fs::path samples;
  fs::path output;

  std::vector<std::pair<Placeholder, std::string>> all() const {
    return {{Placeholder::items, items.string()},
            {Placeholder::samples, samples.string()},
            {Placeholder::output, output.string()},
            {Placeholder::model, model.string()}};
  }
};

std::vector<std::string> filled_words(const CommandTask& task, const Places& places) {
  std::vector<std::string> words = task.words;
  for (std::string& word : words) {
    for (const auto& [placeholder, path] : places.all())
      word = recipes::filled(std::move(word), placeholder, path);
  }
  return words;
}

void write_file(const fs::path& file, const std::string& text) {
  const merge::OutputFile out(file, text.size());
  out.write(text, 0);
}

void write_questions(const CommandTask& task, std::span<const Item* const> items, const Places& places) {
  std::string lines;
  Json numbers = Json::array();
  for (const Item* item : items) {
    Json doc = item->doc;
    const auto id = doc.find("id");
    if (id == doc.end() || id->is_null()) doc["id"] = command_item_id(*item);
    lines += doc.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    numbers.push_back(item->doc_id);
  }
  write_file(places.items, lines);
  write_file(places.samples, Json{{task.task, numbers}}.dump());
}

// The last lines as one, with placeholders where the paths of this call are: the same failure reads the same
// for every candidate.
std::string last_words(const ProgramEnd& end, const Places& places) {
  constexpr std::size_t kShown = 400;  // characters: some lines of a traceback
  std::string text = end.last;
  for (const auto& [placeholder, path] : places.all()) {
    for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path, at)) {
      text.replace(at, path.size(), recipes::text_of(placeholder));
    }
  }
  std::string line;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= ' ';
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  if (line.size() > kShown) line = "…" + line.substr(line.size() - kShown);
  return line.empty() ? "it said nothing" : "it said: " + line;
}

void check_end(const CommandTask& task, const ProgramEnd& end, const Places& places) {
  const std::string program = fs::path(task.words.front()).filename().string();
  const auto failed = [&](const std::string& what) {
    throw Error(fmt::format("task '{}': {} {}; {}", task.name, program, what, last_words(end, places)));
  };
  switch (end.how) {
    case ProgramEnd::How::timed_out:
      failed(fmt::format("did not finish within its time limit of {} s", task.time_limit));
      break;
    case ProgramEnd::How::killed:
      failed(fmt::format("was ended by signal {} ({})", end.code, ::strsignal(end.code)));
      break;
    case ProgramEnd::How::lost:
      failed("was ended from outside");
      break;
    case ProgramEnd::How::exited:
      if (end.code != 0) failed(fmt::format("ended with exit code {}", end.code));
      break;
  }
}

}  // namespace

CommandTask find_command(const recipes::TaskSpec& spec, const std::string& search_file) {
  const recipes::CommandSpec& command = spec.command.value();
  const std::size_t comma = spec.metric.find(',');
  CommandTask task{.name = spec.name,
                   .task = command.task,
                   .metric = spec.metric.substr(0, comma),
                   .filter = spec.metric.substr(comma + 1),
                   .words = command.words,
                   .files = {},
                   .time_limit = command.time_limit,
                   .at_once = static_cast<std::size_t>(command.at_once)};
  task.words.front() = find_program(command, search_file).string();
  task.files.emplace_back(task.words.front());
  for (std::size_t i = 1; i < task.words.size(); ++i) {
    const auto found = recipes::find_beside(task.words[i], search_file);
    if (!found || !is_file(*found)) continue;
    task.words[i] = found->string();
    task.files.push_back(*found);
  }
  return task;
}

std::string command_item_id(const Item& item) {
  const auto id = item.doc.find("id");
  if (id != item.doc.end() && id->is_string()) return id->get<std::string>();
  if (id != item.doc.end() && id->is_number_integer()) return id->dump();
  return std::to_string(item.doc_id);
}

std::vector<Item> load_command_items(const CommandTask& task, const recipes::CommandSpec& spec,
                                     const std::string& search_file, std::size_t limit) {
  const auto file = recipes::find_beside(spec.items, search_file);
  if (!file || !is_file(*file)) {
    throw InputError(spec.items_mark, fmt::format("there is no file '{}'", spec.items),
                     "give a path from the working directory or from the search file");
  }
  Documents documents = read_documents({*file});
  std::vector<Item> items;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < std::min(limit, documents.rows.size()); ++i) {
    Item item;
    item.doc_id = i;
    item.doc = std::move(documents.rows[i]);
    item.place = documents.places[i];
    const auto question = item.doc.find(spec.question);
    if (question == item.doc.end() || !question->is_string() || question->get<std::string>().empty()) {
      throw InputError(item.place, fmt::format("has no text '{}', which the split goes by", spec.question),
                       fmt::format("name the column that task '{}' asks as question: COLUMN", task.name));
    }
    item.question = question->get<std::string>();
    item.prompt = item.question;
    if (!ids.insert(command_item_id(item)).second) {
      throw InputError(item.place, fmt::format("has the id '{}' for the second time", command_item_id(item)),
                       "give every item an id of its own, or none an id");
    }
    items.push_back(std::move(item));
  }
  return items;
}

CommandScores ask_command(const CommandTask& task, const fs::path& model, std::span<const Item* const> items,
                          const fs::path& folder, const std::function<void()>& check) {
  const Places places{.model = model,
                      .items = folder / "items.jsonl",
                      .samples = folder / "samples.json",
                      .output = folder / "output"};
  write_questions(task, items, places);
  const double milliseconds = std::ceil(task.time_limit * 1000);
  const ProgramEnd end =
      run_program({.words = filled_words(task, places),
                   .time_limit = std::chrono::milliseconds(static_cast<long>(milliseconds))},
                  check);
  check_end(task, end, places);
  try {
    if (recipes::has(task.words, Placeholder::output)) return read_command_output(task, items, places.output);
    if (end.cut) throw Error(fmt::format("it printed more than {} MB", kMostOutput >> 20U));
    return read_command_text(task, items, end.out);
  } catch (const Error& error) {
    throw Error(fmt::format("task '{}': {}; {}", task.name, error.what(), last_words(end, places)));
  }
}

}  // namespace tsugi::eval
