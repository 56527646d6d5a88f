// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// doc_to_text, doc_to_target, doc_to_choice and the like: a column as it is or a rendered template, by the
// typing rules of lm-evaluation-harness (lm_eval/api/task.py).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eval/tasks/task.h"
#include "eval/template/template.h"

namespace tsugi::eval {

/// One such key.
class DocField {
 public:
  /// Throws InputError for a broken template, and for a name that is neither a column nor a template.
  DocField(const Task& task, const std::string& key, const std::string& source,
           const std::vector<std::string>& columns);
  DocField(const std::string& key, const PortedFunction& function) : key_(key), function_(&function) {}

  bool is_template() const { return template_.has_value(); }
  /// The column's value, what the function returns, or the rendered text.
  python::Json value(const python::Json& doc, const std::string& place) const;
  /// The same, but of a template what it evaluates to.
  python::Json evaluated(const python::Json& doc, const std::string& place) const;
  /// value() of a key that must give text; null is "".
  std::string text(const python::Json& doc, const std::string& place) const;

  [[noreturn]] void refuse(const std::string& place, std::string_view what, std::string_view cure) const;

 private:
  std::string key_;
  std::string source_;
  const PortedFunction* function_ = nullptr;
  std::optional<Template> template_;  ///< neither: `source_` is a column
};

/// Question, answer and choices of a document. `prefix` stands before the keys in messages ("fewshot_config:
/// ").
class DocReader {
 public:
  DocReader(const Task& task, const std::string& prefix, const DocKey& doc_to_text,
            const DocKey& doc_to_target, const DocKey& doc_to_choice,
            const std::vector<std::string>& columns);

  /// Text, or the number of a choice where each choice has a prompt of its own.
  python::Json question(const python::Json& doc, const std::string& place) const;
  /// An index, a text, a list or whatever the column holds.
  python::Json target(const python::Json& doc, const std::string& place) const;
  /// Empty without doc_to_choice.
  std::vector<std::string> choices(const python::Json& doc, const std::string& place) const;

 private:
  bool has_choices_;
  nlohmann::json fixed_target_;
  nlohmann::json fixed_choices_;
  std::optional<DocField> text_;
  std::optional<DocField> target_;
  std::optional<DocField> choice_;
};

}  // namespace tsugi::eval
