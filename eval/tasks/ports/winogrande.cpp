// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// lm_eval/tasks/winogrande/preprocess_winogrande.py: the option is part of the context, and what follows the
// blank is what is scored.
#include "eval/tasks/ports/port.h"
#include "eval/template/python_text.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using python::Json;

struct Sentence {
  std::string before;
  std::string after;
};

Sentence around_blank(const Json& doc, const std::string& place) {
  const std::string& text = text_column(doc, "sentence", place);
  const std::size_t blank = text.find('_');
  if (blank == std::string::npos)
    throw InputError(place, "a sentence without a blank '_'", "correct the document");
  return {text.substr(0, blank), text.substr(blank + 1)};
}

Json doc_to_text(const Json& doc, const std::string& place) {
  const std::string& answer = text_column(doc, "answer", place);
  if (answer != "1" && answer != "2")
    throw InputError(place, "the answer '" + answer + "', expected '1' or '2'",
                     "score a split that has answers");
  return answer == "1" ? 0 : 1;
}

Json doc_to_target(const Json& doc, const std::string& place) {
  return std::string(python::strip(around_blank(doc, place).after));
}

Json doc_to_choice(const Json& doc, const std::string& place) {
  const std::string before = around_blank(doc, place).before;
  return {before + text_column(doc, "option1", place), before + text_column(doc, "option2", place)};
}

}  // namespace

Port port_winogrande() {
  return {"winogrande/preprocess_winogrande.py",
          {"e55327629264a98f1d383fda24645b6779afb53fa0bce2150042b9416b1ae006"},  // 0.4.2 to 0.4.13
          {{.name = "doc_to_text", .of_doc = doc_to_text},
           {.name = "doc_to_target", .of_doc = doc_to_target},
           {.name = "doc_to_choice", .of_doc = doc_to_choice}}};
}

}  // namespace tsugi::eval
