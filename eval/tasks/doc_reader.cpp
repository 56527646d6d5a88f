// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/doc_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "eval/tasks/ports/port.h"

namespace tsugi::eval {
namespace {

using python::Json;

bool is_all_digits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

bool is_identifier(const std::string& text) {
  const auto is_letter = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_letter(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
}

std::optional<DocField> field_of(const Task& task, const std::string& key, const DocKey& source,
                                 const std::vector<std::string>& columns) {
  if (source.function != nullptr) return DocField(key, *source.function);
  if (!source.value.is_string()) return std::nullopt;
  return DocField(task, key, source.value.get<std::string>(), columns);
}

}  // namespace

DocField::DocField(const Task& task, const std::string& key, const std::string& source,
                   const std::vector<std::string>& columns)
    : key_(key), source_(source) {
  const auto mark = task.marks.find(key);
  const Mark where = mark == task.marks.end() ? Mark{task.file, 0, 0} : mark->second;
  if (std::find(columns.begin(), columns.end(), source) != columns.end()) return;
  // The harness would take a misspelt column for the text of every document.
  if (is_identifier(source) && key.starts_with("doc_to")) {
    throw InputError(
        where, fmt::format("{}: the documents have no column '{}'", key, source),
        fmt::format("{}; a constant text is written {{{{'{}'}}}}", suggestion(source, columns), source));
  }
  template_ = Template::parse(source, where, key);
}

Json DocField::value(const Json& doc, const std::string& place) const {
  if (template_) return template_->render(doc, place);
  return function_ != nullptr ? function_->of_doc(doc, place) : doc[source_];
}

Json DocField::evaluated(const Json& doc, const std::string& place) const {
  return template_ ? template_->evaluate(doc, place) : value(doc, place);
}

std::string DocField::text(const Json& doc, const std::string& place) const {
  const Json found = value(doc, place);
  if (found.is_null()) return "";
  if (!found.is_string()) refuse(place, "a column that holds no text", "use a column of text");
  return found.get<std::string>();
}

void DocField::refuse(const std::string& place, std::string_view what, std::string_view cure) const {
  throw InputError(place, fmt::format("{}: {}", key_, what), cure);
}

DocReader::DocReader(const Task& task, const std::string& prefix, const DocKey& doc_to_text,
                     const DocKey& doc_to_target, const DocKey& doc_to_choice,
                     const std::vector<std::string>& columns)
    : has_choices_(!task.doc_to_choice.is_absent()),
      fixed_target_(doc_to_target.value),
      fixed_choices_(doc_to_choice.value),
      text_(field_of(task, prefix + "doc_to_text", doc_to_text, columns)),
      target_(field_of(task, prefix + "doc_to_target", doc_to_target, columns)),
      choice_(field_of(task, prefix + "doc_to_choice", doc_to_choice, columns)) {}

Json DocReader::question(const Json& doc, const std::string& place) const {
  if (!text_) return "";
  Json value = text_->value(doc, place);
  constexpr std::size_t kMostDigits = 9;  // no list has more choices than that many digits count
  if (text_->is_template() && has_choices_ && is_all_digits(value.get<std::string>()) &&
      value.get_ref<const std::string&>().size() <= kMostDigits) {
    return std::stoi(value.get<std::string>());
  }
  if (value.is_number_integer() && has_choices_) return value;
  if (!value.is_string()) {
    text_->refuse(place, fmt::format("a value of type {}, expected text", python::type_name(value)),
                  "use a template: \"{{column}}\"");
  }
  return value;
}

Json DocReader::target(const Json& doc, const std::string& place) const {
  if (!target_) return Json(fixed_target_);
  Json value = target_->value(doc, place);
  if (!target_->is_template()) return value;
  const std::string& text = value.get_ref<const std::string&>();
  constexpr std::size_t kMostDigits = 9;
  if (has_choices_ && is_all_digits(text) && text.size() <= kMostDigits) {
    value = std::stoi(text);
  } else if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    if (const auto literal = read_python_literal(text, place)) value = *literal;
  }
  return value;
}

std::vector<std::string> DocReader::choices(const Json& doc, const std::string& place) const {
  if (!choice_) {
    return fixed_choices_.is_null() ? std::vector<std::string>()
                                    : fixed_choices_.get<std::vector<std::string>>();
  }
  Json value = choice_->evaluated(doc, place);
  if (value.is_string() && choice_->is_template()) {
    if (const auto literal = read_python_literal(value.get<std::string>(), place)) value = *literal;
  }
  const bool texts =
      value.is_array() && !value.empty() &&
      std::all_of(value.begin(), value.end(), [](const Json& choice) { return choice.is_string(); });
  if (!texts)
    choice_->refuse(place, "no list of texts", "every document needs a list of choices, all of them text");
  return value.get<std::vector<std::string>>();
}

}  // namespace tsugi::eval
