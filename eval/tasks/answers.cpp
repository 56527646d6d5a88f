// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// lm_eval/api/task.py: construct_requests, process_results.
#include "eval/tasks/answers.h"

#include <fmt/format.h>

#include <algorithm>

namespace tsugi::eval {
namespace {

using python::Json;

/// The index of the right choice, -1 where the harness says "never right". Python's True is 1 and 2.0 is 2.
int index_of(const Json& target, const std::vector<std::string>& choices) {
  if (target.is_string()) {
    const auto found = std::find(choices.begin(), choices.end(), target.get<std::string>());
    return found == choices.end() ? -1 : static_cast<int>(found - choices.begin());
  }
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (python::equal(target, Json(i))) return static_cast<int>(i);
  }
  return -1;
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
  several_targets_ = reader_.target(doc, place).is_array();
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
    if (several_targets_ && gold.is_array()) {
      for (const Json& one : gold) item.golds.push_back(index_of(one, item.choices));
    } else {
      item.golds.push_back(index_of(gold, item.choices));
    }
    item.gold = item.golds.empty() ? -1 : item.golds.front();
    if (several_inputs_) item.target = python::str(target);
    return;
  }
  if (task_.output_type == OutputType::generate_until && !task_.doc_to_choice.is_absent()) {
    item.targets = {chosen(target, item.choices, item.place)};
  } else if (several_targets_ && target.is_array()) {
    for (const Json& one : target) item.targets.push_back(python::str(one));
  } else {
    item.targets = {python::str(target)};
  }
  item.target = item.targets.empty() ? "" : item.targets.front();
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
