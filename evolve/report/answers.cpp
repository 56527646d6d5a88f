// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "evolve/report/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

#include "eval/template/python_json.h"
#include "evolve/report/html.h"
#include "evolve/report/sample_texts.h"
#include "evolve/samples.h"

namespace tsugi::evolve {
namespace {

using Json = nlohmann::ordered_json;

// A page of text; who wants more finds all of it in the run's samples.
constexpr std::size_t kLongestText = 1000;

/// Places in Answers::items of one task's items, in order.
using Places = std::vector<std::size_t>;

std::map<std::string, Places> places_by_task(const Archive& archive, const std::vector<std::size_t>& items) {
  std::map<std::string, Places> places;
  for (std::size_t i = 0; i < items.size(); ++i) places[archive.items[items[i]].task].push_back(i);
  return places;
}

void keep(SampleTexts texts, std::size_t model, std::size_t models, std::optional<ItemTexts>& item) {
  if (!item) {
    item.emplace();
    item->question = html::clipped(std::move(texts.question), kLongestText);
    item->reference = html::clipped(std::move(texts.reference), kLongestText);
    item->answers.resize(models);
  }
  item->answers[model] = html::clipped(std::move(texts.answer), kLongestText);
}

// One model's lines of one task, of each filter of answers in the order of the archive; those of the filter
// that is searched by are taken. Returns what is wrong, or "".
std::string read_task(const std::filesystem::path& file, const std::string& task, const Run& run,
                      const Places& places, std::size_t model, Answers& answers) {
  const Archive& archive = run.archive;
  const auto filter = run.filters.find(task);
  std::ifstream in(file, std::ios::binary);
  if (!in) return "cannot be read";
  std::vector<SampleTexts> read;
  for (std::string line; std::getline(in, line);) {
    const Json sample = eval::python::json_loads(line);
    if (!sample.is_object()) return fmt::format("line {} is no sample", read.size() + 1);
    const auto own = sample.find("filter");
    if (own != sample.end() && own->is_string() && filter != run.filters.end() && *own != filter->second)
      continue;
    const bool known = read.size() < places.size() &&
                       sample_id(task, sample) == archive.items[answers.items[places[read.size()]]].id;
    if (!known) return fmt::format("line {} is about another item than the archive", read.size() + 1);
    read.push_back(sample_texts(sample));
  }
  if (read.size() != places.size()) return fmt::format("{} of {} items", read.size(), places.size());
  for (std::size_t i = 0; i < read.size(); ++i)
    keep(std::move(read[i]), model, answers.models.size(), answers.texts[places[i]]);
  return "";
}

bool all_score_alike(const std::vector<double>& scores) {
  return std::all_of(scores.begin(), scores.end(), [&](double score) { return score == scores.front(); });
}

// Items whose texts come into the page, as places in Answers::items: where models differ first.
std::vector<std::size_t> by_interest(const Answers& answers) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < answers.items.size(); ++i) order.push_back(i);
  std::stable_partition(order.begin(), order.end(),
                        [&](std::size_t i) { return !all_score_alike(answers.scores[i]); });
  return order;
}

// Texts that are said many times are kept once.
class TextTable {
 public:
  explicit TextTable(std::size_t most_bytes) : most_(most_bytes) {}

  /// Numbers of the texts, or nothing when they would not fit.
  std::optional<std::vector<std::size_t>> add(const std::vector<const std::string*>& texts) {
    std::size_t more = 0;
    for (const std::string* text : texts) more += numbers_.count(*text) > 0 ? 0 : text->size();
    if (bytes_ + more > most_) return std::nullopt;
    std::vector<std::size_t> numbers;
    for (const std::string* text : texts) {
      const auto [place, fresh] = numbers_.emplace(*text, numbers_.size());
      if (fresh) {
        texts_.push_back(*text);
        bytes_ += text->size();
      }
      numbers.push_back(place->second);
    }
    return numbers;
  }

  const Json& texts() const { return texts_; }

 private:
  std::size_t most_;
  std::size_t bytes_ = 0;
  std::map<std::string, std::size_t> numbers_;
  Json texts_ = Json::array();
};

// Shown with three decimals; a score of every item for every model is most of a large page.
Json short_number(double value) {
  if (std::isnan(value)) return nullptr;
  const double rounded = std::round(value * 1000) / 1000;
  if (rounded == std::trunc(rounded) && std::abs(rounded) < 1e9) return static_cast<std::int64_t>(rounded);
  return rounded;
}

}  // namespace

Answers read_answers(const Run& run) {
  Answers answers;
  answers.models = compared_models(run.archive);
  if (answers.models.empty()) return answers;
  answers.items = items_on(run.archive, eval::Side::test);
  answers.texts.resize(answers.items.size());
  for (const std::size_t item : answers.items) {
    std::vector<double>& row = answers.scores.emplace_back();
    for (const ComparedModel& model : answers.models)
      row.push_back(run.archive.records[model.id].scores[item]);
  }
  const auto tasks = places_by_task(run.archive, answers.items);
  for (std::size_t model = 0; model < answers.models.size(); ++model) {
    const std::size_t id = answers.models[model].id;
    const auto folder = run.folder / samples_folder(run.archive, id);
    if (!has_samples(run.folder, run.archive, id)) {
      answers.notes.push_back(fmt::format("{}: there are none of this model", folder.string()));
      continue;
    }
    for (const auto& [task, places] : tasks) {
      const auto file = folder / fmt::format("samples_{}.jsonl", task);
      const std::string wrong = read_task(file, task, run, places, model, answers);
      if (!wrong.empty()) answers.notes.push_back(fmt::format("{}: {}", file.string(), wrong));
    }
  }
  return answers;
}

Json answers_json(const Run& run, const Answers& answers, std::size_t most_bytes) {
  const std::vector<std::string> tasks = tasks_of(run.archive);
  Json out = {{"models", Json::array()}, {"tasks", Json::array()}, {"items", Json::array()}};
  for (const ComparedModel& model : answers.models)
    out["models"].push_back({{"name", html::visible(model.name)}, {"kind", model.kind}});
  for (const std::string& task : tasks) {
    const auto weight = run.weights.find(task);
    const bool less_is_better = weight != run.weights.end() && weight->second < 0;
    out["tasks"].push_back({{"name", html::visible(task)}, {"less_is_better", less_is_better}});
  }
  for (std::size_t i = 0; i < answers.items.size(); ++i) {
    const ArchiveItem& item = run.archive.items[answers.items[i]];
    Json scores = Json::array();
    for (const double score : answers.scores[i]) scores.push_back(short_number(score));
    const auto task = std::find(tasks.begin(), tasks.end(), item.task) - tasks.begin();
    out["items"].push_back({{"id", html::visible(item.id)}, {"task", task}, {"scores", scores}});
  }
  TextTable table(most_bytes);
  std::size_t left_out = 0;
  for (const std::size_t i : by_interest(answers)) {
    if (!answers.texts[i]) continue;
    std::vector<const std::string*> texts{&answers.texts[i]->question, &answers.texts[i]->reference};
    for (const std::string& answer : answers.texts[i]->answers) texts.push_back(&answer);
    if (const auto numbers = table.add(texts)) {
      out["items"][i]["texts"] = *numbers;  // question, reference, each model's answer
    } else {
      ++left_out;
    }
  }
  out["texts"] = table.texts();
  out["left_out"] = left_out;
  return out;
}

}  // namespace tsugi::evolve
