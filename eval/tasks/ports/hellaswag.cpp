// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// lm_eval/tasks/hellaswag/utils.py.
#include <algorithm>

#include "eval/tasks/ports/port.h"
#include "eval/tasks/python_regex.h"
#include "eval/template/python_text.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using python::Json;

constexpr const char* kModule = "hellaswag/utils.py";

std::string preprocess(std::string_view text) {
  std::string result = python::replace(python::strip(text), " [title]", ". ");
  result = compiled_regex(R"(\[.*?\])", kModule).remove(result);
  return python::replace(result, "  ", " ");
}

// int(label): the data set has its labels as text.
Json label_of(const Json& doc, const std::string& place) {
  const auto found = doc.find("label");
  if (found != doc.end() && found->is_number_integer()) return *found;
  const std::string& text = text_column(doc, "label", place);
  constexpr std::size_t kMostDigits = 9;  // there are four endings
  const bool digits = !text.empty() && text.size() <= kMostDigits &&
                      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!digits)
    throw InputError(place, "the label '" + text + "' is no number", "score a split that has labels");
  return std::stoi(text);
}

Json process_docs(const Json& doc, const std::string& place) {
  const auto endings = doc.find("endings");
  const bool texts =
      endings != doc.end() && endings->is_array() &&
      std::all_of(endings->begin(), endings->end(), [](const Json& e) { return e.is_string(); });
  if (!texts)
    throw InputError(place, "no list of texts in the column 'endings'",
                     "export the documents of the data set with all their columns (docs/tasks.md)");
  const std::string context =
      text_column(doc, "ctx_a", place) + " " + python::capitalize(text_column(doc, "ctx_b", place));
  Json choices = Json::array();
  for (const Json& ending : *endings) choices.push_back(preprocess(ending.get_ref<const std::string&>()));
  return {{"query", preprocess(text_column(doc, "activity_label", place) + ": " + context)},
          {"choices", choices},
          {"gold", label_of(doc, place)}};
}

}  // namespace

Port port_hellaswag() {
  return {kModule,
          {"07d23b60b28f2a4f658dcf8440623a63fe6644854ce9b846a114dde980dc1214"},  // 0.4.2 to 0.4.13
          {{.name = "process_docs", .columns = process_docs}}};
}

}  // namespace tsugi::eval
