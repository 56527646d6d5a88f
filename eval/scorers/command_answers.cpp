// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/scorers/command_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

namespace tsugi::eval {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Asked = std::span<const Item* const>;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in.is_open() || in.bad()) throw Error(fmt::format("its {} cannot be read", file.filename().string()));
  return text;
}

std::string beginning(std::string_view text) {
  constexpr std::size_t kShown = 60;
  std::string line;
  for (const char c : text.substr(0, kShown)) line += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  return line + (text.size() > kShown ? "…" : "");
}

/// Values by what an item is called; takes each once.
class Collector {
 public:
  explicit Collector(Asked items) : items_(items), values_(items.size()), samples_(items.size()) {}

  void add(const std::string& name, std::optional<std::size_t> place, const Json& value, std::string sample) {
    if (!place) {
      throw Error(fmt::format(
          "it gave a value for item {}, which it was not asked: let it score the items of {{items}} or "
          "{{samples}} only",
          name));
    }
    const bool number = value.is_number() || value.is_boolean();
    const double seen = value.is_boolean() ? (value.get<bool>() ? 1 : 0) : number ? value.get<double>() : 0;
    if (!number || !std::isfinite(seen)) {
      throw Error(fmt::format("its value of item {} is {}, expected a finite number", name,
                              beginning(value.dump(-1, ' ', false, Json::error_handler_t::replace))));
    }
    if (values_[*place]) throw Error(fmt::format("it gave two values for item {}", name));
    values_[*place] = seen;
    samples_[*place] = std::move(sample);
  }

  CommandScores scores(const std::string& cure) && {
    const auto missing = std::count(values_.begin(), values_.end(), std::nullopt);
    if (missing > 0) {
      const auto first = std::find(values_.begin(), values_.end(), std::nullopt) - values_.begin();
      throw Error(fmt::format("it gave no value for {} of {} items, such as {}{}", missing, values_.size(),
                              command_item_id(*items_[static_cast<std::size_t>(first)]), cure));
    }
    CommandScores scores{.values = {}, .samples = std::move(samples_)};
    for (const std::optional<double>& value : values_) scores.values.push_back(*value);
    return scores;
  }

 private:
  Asked items_;
  std::vector<std::optional<double>> values_;
  std::vector<std::string> samples_;
};

template <class Key>
std::optional<std::size_t> find(const std::map<Key, std::size_t>& places, const Key& key) {
  const auto found = places.find(key);
  return found == places.end() ? std::nullopt : std::optional(found->second);
}

// What samples of the harness say, as far as it is known.
std::string plain_sample(const CommandTask& task, const Item& item, const Json& value) {
  Json line = {{"doc_id", item.doc_id}, {"doc", item.doc}, {"target", ""}, {"resps", Json::array()}};
  line["filtered_resps"] = Json::array();
  line["filter"] = task.filter;
  line["metrics"] = {task.metric};
  line[task.metric] = value.is_boolean() ? Json(value.get<bool>() ? 1 : 0) : value;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_plain(const Json& json) {
  return json.is_object() && json.contains("items") && json["items"].is_object();
}

CommandScores read_plain(const CommandTask& task, Asked items, const Json& json) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < items.size(); ++i) places[command_item_id(*items[i])] = i;
  Collector collector(items);
  for (const auto& [id, value] : json["items"].items()) {
    const auto place = find(places, id);
    collector.add(id, place, value, place ? plain_sample(task, *items[*place], value) : "");
  }
  return std::move(collector).scores("");
}

Json line_of(const std::string& text, const fs::path& file, std::size_t number) {
  Json line = Json::parse(text, nullptr, false);
  const auto id = line.is_object() ? line.find("doc_id") : line.end();
  if (!line.is_object() || id == line.end() || !id->is_number_unsigned())
    throw Error(fmt::format("{}:{} is no sample: no JSON object with a number doc_id (NaN is no JSON)",
                            file.filename().string(), number));
  return line;
}

CommandScores read_samples(const CommandTask& task, Asked items, const fs::path& file) {
  std::map<std::size_t, std::size_t> places;
  for (std::size_t i = 0; i < items.size(); ++i) places[items[i]->doc_id] = i;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(fmt::format("its {} cannot be read", file.filename().string()));
  Collector collector(items);
  std::string filters;
  std::size_t number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    if (text.empty()) continue;
    const Json line = line_of(text, file, number);
    const std::string filter = line.value("filter", "none");
    if (filters.find("'" + filter + "'") == std::string::npos) filters += " '" + filter + "'";
    if (filter != task.filter) continue;
    const auto value = line.find(task.metric);
    if (value == line.end())
      throw Error(fmt::format("{}:{} has no '{}'", file.filename().string(), number, task.metric));
    const auto id = line["doc_id"].get<std::size_t>();
    collector.add(fmt::format("number {}", id), find(places, id), *value, text);
  }
  return std::move(collector).scores(
      filters.empty() ? ""
                      : fmt::format(" (the metric asked for is '{},{}', filters in the samples:{})",
                                    task.metric, task.filter, filters));
}

// "samples_TASK.jsonl", or with the harness's time before the end.
bool is_samples_of(const std::string& task, const std::string& name) {
  const std::string begin = "samples_" + task;
  if (name.rfind(begin, 0) != 0 || fs::path(name).extension() != ".jsonl") return false;
  const std::string rest = name.substr(begin.size(), name.size() - begin.size() - 6);
  const bool time = rest.size() > 1 && rest[0] == '_' && rest[1] >= '0' && rest[1] <= '9';
  return rest.empty() || time;
}

struct Found {
  std::vector<fs::path> samples;
  std::vector<fs::path> results;  ///< other JSON files
};

Found find_files(const CommandTask& task, const fs::path& output) {
  Found found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(output)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file()) continue;
    if (is_samples_of(task.task, name)) {
      found.samples.push_back(entry.path());
    } else if (entry.path().extension() == ".json") {
      found.results.push_back(entry.path());
    }
  }
  return found;
}

CommandScores read_folder(const CommandTask& task, Asked items, const fs::path& output) {
  const Found found = find_files(task, output);
  if (found.samples.size() > 1) {
    throw Error(fmt::format("its output has {} files of samples of '{}', expected one", found.samples.size(),
                            task.task));
  }
  if (!found.samples.empty()) return read_samples(task, items, found.samples.front());
  for (const fs::path& file : found.results) {
    const Json json = Json::parse(text_of(file), nullptr, false);
    if (is_plain(json)) return read_plain(task, items, json);
  }
  throw Error(fmt::format(
      "its output has {}",
      found.results.empty()
          ? "no JSON file"
          : fmt::format("results but no samples_{}_….jsonl: add --log_samples, and check the task's name",
                        task.task)));
}

}  // namespace

CommandScores read_command_output(const CommandTask& task, std::span<const Item* const> items,
                                  const fs::path& output) {
  std::error_code error;
  if (!fs::exists(output, error)) throw Error("it wrote no {output}");
  if (fs::is_directory(output, error)) return read_folder(task, items, output);
  const std::string text = text_of(output);
  const Json json = Json::parse(text, nullptr, false);
  if (is_plain(json)) return read_plain(task, items, json);
  throw Error(fmt::format("its output is no JSON object with \"items\": {}", beginning(text)));
}

CommandScores read_command_text(const CommandTask& task, std::span<const Item* const> items,
                                std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) throw Error("it printed nothing, expected JSON");
  text = text.substr(0, end + 1);
  Json json = Json::parse(text, nullptr, false);
  if (!is_plain(json)) json = Json::parse(text.substr(text.rfind('\n') + 1), nullptr, false);
  if (is_plain(json)) return read_plain(task, items, json);
  throw Error(fmt::format("what it printed is no JSON object with \"items\": {}", beginning(text)));
}

}  // namespace tsugi::eval
