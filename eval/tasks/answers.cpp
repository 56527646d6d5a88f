// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// lm_eval/api/task.py: construct_requests, process_results.
#include "eval/tasks/answers.h"

#include <fmt/format.h>

#include <algorithm>

#include "eval/template/python_text.h"

namespace tsugi::eval {
namespace {

using python::Json;

[[noreturn]] void refuse_target(const Item& item, const Json& target, std::string_view expected,
                                std::string_view cure) {
  throw InputError(item.place,
                   fmt::format("doc_to_target gives {}, expected {}", python::repr(target), expected), cure);
}

/// The index of the right choice: one too large is none, a negative one is never a model's choice, but
/// exact_match and brier_score count it from the end. Python's True is 1.
int index_of(const Json& target, const Item& item) {
  const std::vector<std::string>& choices = item.choices;
  if (target.is_string()) {
    const auto found = std::find(choices.begin(), choices.end(), target.get<std::string>());
    return found == choices.end() ? kNoChoice : static_cast<int>(found - choices.begin());
  }
  const auto index = python::integer(target);
  if (!index) refuse_target(item, target, "the number or the text of a choice", "correct the document");
  if (*index == kNoChoice || *index >= static_cast<std::int64_t>(choices.size())) return kNoChoice;
  if (*index < -static_cast<std::int64_t>(item.requests.size())) {
    refuse_target(item, target, fmt::format("the number of one of {} choices", choices.size()),
                  "write -100 where no choice is right");
  }
  return static_cast<int>(*index);
}

/// list(text).
std::vector<std::string> characters_of(const std::string& text) {
  std::vector<std::string> characters;
  for (const char32_t c : python::code_points(text)) characters.push_back(python::utf8({&c, 1}));
  return characters;
}

}  // namespace

const std::string& chosen(const Json& target, const std::vector<std::string>& choices,
                          const std::string& place) {
  const auto index = python::integer(target);
  const auto size = static_cast<std::int64_t>(choices.size());
  if (!index || *index >= size || *index < -size) {
    throw InputError(place,
                     fmt::format("doc_to_target gives {}, expected the number of one of {} choices",
                                 python::repr(target), size),
                     "remove doc_to_choice if the target is the answer's text");
  }
  return choices[static_cast<std::size_t>(*index < 0 ? *index + size : *index)];
}

AnswerReader::AnswerReader(const Task& task, const std::vector<std::string>& columns)
    : task_(task), reader_(task, "", task.doc_to_text, task.doc_to_target, task.doc_to_choice, columns) {
  if (task.worked_answer.is_string())
    worked_.emplace(task, "worked_answer", task.worked_answer.get<std::string>(), columns);
}

void AnswerReader::learn(const Json& doc, const std::string& place) {
  several_inputs_ = reader_.question(doc, place).is_number_integer();
  const Json target = reader_.target(doc, place);
  several_targets_ = target.is_array() && !target.empty();
}

void AnswerReader::check_first(const Json& doc, const std::string& place) const {
  const std::vector<std::string> choices = reader_.choices(doc, place);
  const Json target = reader_.target(doc, place);
  if (!choices.empty() && python::integer(target)) chosen(target, choices, place);
}

void AnswerReader::read(Item& item) const {
  const Json target = reader_.target(item.doc, item.place);
  item.reference = target;
  item.several_targets = several_targets_;
  set_target(item, several_inputs_ ? reader_.question(item.doc, item.place) : target, target);
  complete_requests(item, target);
  if (worked_) item.worked = worked_->text(item.doc, item.place);
  item.answered = true;
}

void AnswerReader::set_target(Item& item, const Json& gold, const Json& target) const {
  if (task_.output_type == OutputType::multiple_choice) {
    set_golds(item, gold);
    if (several_inputs_) item.target = python::str(target);
    return;
  }
  if (task_.output_type == OutputType::generate_until && !task_.doc_to_choice.is_absent()) {
    item.targets = {chosen(target, item.choices, item.place)};
  } else if (!several_targets_) {
    item.targets = {python::str(target)};
  } else if (target.is_array()) {
    for (const Json& one : target) item.targets.push_back(python::str(one));
  } else if (target.is_string()) {
    item.targets = characters_of(target.get<std::string>());
  } else {
    refuse_target(item, target, "a list, as of the first document", "give lists throughout");
  }
  item.target = item.targets.empty() ? "" : item.targets.front();
}

void AnswerReader::set_golds(Item& item, const Json& gold) const {
  if (several_targets_ != gold.is_array()) {
    refuse_target(item, gold, several_targets_ ? "a list, as of the first document" : "one right choice",
                  "give lists throughout, that of the first document not empty");
  }
  const std::vector<Json> all = gold.is_array() ? gold.get<std::vector<Json>>() : std::vector<Json>{gold};
  for (const Json& one : all) {
    if (several_targets_ && !python::integer(one))
      refuse_target(item, gold, "a list of numbers of choices", "several right choices have numbers");
    item.golds.push_back(index_of(one, item));
  }
  item.gold = item.golds.empty() ? kNoChoice : item.golds.front();
}

void AnswerReader::complete_requests(Item& item, const Json& target) const {
  if (task_.output_type == OutputType::multiple_choice) {
    for (std::size_t i = 0; several_inputs_ && i < item.choices.size(); ++i)
      item.requests[i].continuation += item.target;
    return;
  }
  if (task_.output_type == OutputType::generate_until) return;
  if (!target.is_string()) {
    throw InputError(item.place, fmt::format("doc_to_target gives {}, expected text", python::repr(target)),
                     "use a template: \"{{column}}\"");
  }
  item.requests.front().continuation = target.get<std::string>();
}

void add_answers(const Task& task, std::vector<Item>& items, std::span<const std::size_t> which) {
  if (which.empty()) return;
  std::vector<std::string> columns;  // every document has all of them
  for (const auto& member : items[which.front()].doc.items()) columns.push_back(member.key());
  AnswerReader answers(task, columns);
  const auto known = std::find_if(items.begin(), items.end(), [](const Item& item) { return item.answered; });
  const Item& first = known == items.end() ? items[which.front()] : *known;
  answers.learn(first.doc, first.place);
  for (const std::size_t i : which) answers.read(items[i]);
}

}  // namespace tsugi::eval
