// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Documents to items, by the typing rules of lm-evaluation-harness (lm_eval/api/task.py: doc_to_text,
// doc_to_target, doc_to_choice, process_results).
#include <fmt/format.h>

#include <algorithm>

#include "eval/tasks/documents.h"
#include "eval/tasks/task.h"
#include "eval/template/template.h"

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

/// One of the doc_to_* keys: a column as it is, or a template.
class Field {
 public:
  Field(const Task& task, const std::string& key, const std::string& source,
        const std::vector<std::string>& columns)
      : key_(key), source_(source) {
    const auto mark = task.marks.find(key);
    const Mark where = mark == task.marks.end() ? Mark{task.file, 0, 0} : mark->second;
    is_column_ = std::find(columns.begin(), columns.end(), source) != columns.end();
    if (is_column_) return;
    // The harness would take a misspelt column for the text of every document.
    if (is_identifier(source) && key != "description") {
      throw InputError(
          where, fmt::format("{}: the documents have no column '{}'", key, source),
          fmt::format("{}; a constant text is written {{{{'{}'}}}}", suggestion(source, columns), source));
    }
    template_ = Template::parse(source, where, key);
  }

  bool is_column() const { return is_column_; }
  /// The column's value, or the rendered text.
  Json value(const Json& doc, const std::string& place) const {
    return is_column_ ? doc[source_] : Json(template_->render(doc, place));
  }
  /// The column's value, or what the template evaluates to.
  Json evaluated(const Json& doc, const std::string& place) const {
    return is_column_ ? doc[source_] : template_->evaluate(doc, place);
  }

  [[noreturn]] void refuse(const std::string& place, std::string_view what, std::string_view cure) const {
    throw InputError(place, fmt::format("{}: {}", key_, what), cure);
  }

 private:
  std::string key_;
  std::string source_;
  bool is_column_ = false;
  std::optional<Template> template_;
};

class ItemBuilder {
 public:
  ItemBuilder(const Task& task, const std::vector<std::string>& columns)
      : task_(task), text_(task, "doc_to_text", task.doc_to_text.get<std::string>(), columns) {
    if (task.doc_to_target.is_string())
      target_.emplace(task, "doc_to_target", task.doc_to_target.get<std::string>(), columns);
    if (task.doc_to_choice.is_string())
      choice_.emplace(task, "doc_to_choice", task.doc_to_choice.get<std::string>(), columns);
    if (!task.description.empty()) description_.emplace(task, "description", task.description, columns);
  }

  Item build(std::size_t doc_id, const Json& doc, const std::string& place) const {
    Item item;
    item.doc_id = doc_id;
    item.doc = doc;
    item.prompt = (description_ ? description(doc, place) : "") + question(doc, place);
    if (!task_.doc_to_choice.is_null()) item.choices = choices(doc, place);
    const Json target = this->target(doc, place);
    if (task_.output_type == OutputType::multiple_choice) {
      item.gold = gold(target, item.choices);
    } else {
      item.target = task_.doc_to_choice.is_null() ? python::str(target) : chosen(target, item.choices, place);
    }
    return item;
  }

 private:
  bool has_choices() const { return !task_.doc_to_choice.is_null(); }

  std::string description(const Json& doc, const std::string& place) const {
    const Json value = description_->value(doc, place);
    if (!value.is_string())
      description_->refuse(place, "a column that holds no text", "use a column of text");
    return value.get<std::string>();
  }

  std::string question(const Json& doc, const std::string& place) const {
    const Json value = text_.value(doc, place);
    const bool is_number = value.is_number_integer() ||
                           (!text_.is_column() && has_choices() && is_all_digits(value.get<std::string>()));
    if (is_number) {
      text_.refuse(place, "a number, which asks for a prompt of its own for each choice",
                   "that is not supported in this version; write one prompt and let the choices differ");
    }
    if (!value.is_string()) {
      text_.refuse(place, fmt::format("a value of type {}, expected text", python::type_name(value)),
                   "use a template: \"{{column}}\"");
    }
    return value.get<std::string>();
  }

  std::vector<std::string> choices(const Json& doc, const std::string& place) const {
    if (!choice_) return task_.doc_to_choice.get<std::vector<std::string>>();
    Json value = choice_->evaluated(doc, place);
    if (value.is_string() && !choice_->is_column()) {
      if (const auto literal = read_python_literal(value.get<std::string>())) value = *literal;
    }
    const bool texts =
        value.is_array() && !value.empty() &&
        std::all_of(value.begin(), value.end(), [](const Json& choice) { return choice.is_string(); });
    if (!texts)
      choice_->refuse(place, "no list of texts", "every document needs a list of choices, all of them text");
    return value.get<std::vector<std::string>>();
  }

  /// An index, a text or whatever the column holds.
  Json target(const Json& doc, const std::string& place) const {
    if (!target_) return Json(task_.doc_to_target);
    Json value = target_->value(doc, place);
    if (!target_->is_column()) {
      const std::string& text = value.get_ref<const std::string&>();
      constexpr std::size_t kMostDigits = 9;  // no list has more choices than that many digits count
      if (has_choices() && is_all_digits(text) && text.size() <= kMostDigits) {
        value = std::stoi(text);
      } else if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
        if (const auto literal = read_python_literal(text)) value = *literal;
      }
    }
    if (value.is_array()) {
      target_->refuse(place, "a list, which means several right answers",
                      "that is not supported in this version; give one");
    }
    return value;
  }

  /// The index of the right choice, -1 where the harness says "never right". Python's True is 1 and 2.0 is 2.
  static int gold(const Json& target, const std::vector<std::string>& choices) {
    if (target.is_string()) {
      const auto found = std::find(choices.begin(), choices.end(), target.get<std::string>());
      return found == choices.end() ? -1 : static_cast<int>(found - choices.begin());
    }
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (python::equal(target, Json(i))) return static_cast<int>(i);
    }
    return -1;
  }

  /// generate_until with choices: the target is an index into them, from the end when negative.
  std::string chosen(const Json& target, const std::vector<std::string>& choices,
                     const std::string& place) const {
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

  const Task& task_;
  Field text_;
  std::optional<Field> target_;
  std::optional<Field> choice_;
  std::optional<Field> description_;
};

}  // namespace

std::vector<Item> load_items(const Task& task, std::optional<std::size_t> limit) {
  const Documents documents = read_documents(task.data_files);
  const ItemBuilder builder(task, documents.columns);
  const std::size_t count = std::min(limit.value_or(documents.rows.size()), documents.rows.size());
  std::vector<Item> items;
  items.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    items.push_back(builder.build(i, documents.rows[i], documents.places[i]));
  return items;
}

}  // namespace tsugi::eval
