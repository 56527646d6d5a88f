// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// lm_eval/tasks/wikitext/preprocess_wikitext.py: the tokenised page as plain text; words and bytes are
// counted of the page as it was.
#include <array>

#include "eval/metrics/rolling.h"
#include "eval/tasks/ports/port.h"
#include "eval/tasks/python_regex.h"
#include "eval/template/python_text.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using python::Json;

constexpr const char* kModule = "wikitext/preprocess_wikitext.py";

struct Replacement {
  const char* from;
  const char* to;
};

constexpr std::array kBeforeBrackets{
    Replacement{" @-@ ", "-"}, Replacement{" @,@ ", ","}, Replacement{" @.@ ", "."},
    Replacement{" : ", ": "},  Replacement{" ; ", "; "},  Replacement{" . ", ". "},
    Replacement{" ! ", "! "},  Replacement{" ? ", "? "},  Replacement{" , ", ", "},
};
constexpr std::array kAfterBrackets{
    Replacement{"= = = =", "===="},    Replacement{"= = =", "==="}, Replacement{"= =", "=="},
    Replacement{" \u00b0 ", "\u00b0"}, Replacement{" \n", "\n"},    Replacement{"\n ", "\n"},
    Replacement{" N ", " 1 "},         Replacement{" 's", "'s"},
};

struct Brackets {
  const char* pattern;
  const char* open;
  const char* close;
};

constexpr std::array kBrackets{
    Brackets{R"(\(\s*([^\)]*?)\s*\))", "(", ")"}, Brackets{R"(\[\s*([^\]]*?)\s*\])", "[", "]"},
    Brackets{R"({\s*([^}]*?)\s*})", "{", "}"},    Brackets{R"("\s*([^"]*?)\s*")", "\"", "\""},
    Brackets{R"('\s*([^']*?)\s*')", "'", "'"},
};

std::string replaced(std::string text, std::span<const Replacement> replacements) {
  for (const auto& [from, to] : replacements) text = python::replace(text, from, to);
  return text;
}

Json wikitext_detokenizer(const Json& doc, const std::string& place) {
  std::string text = python::replace(text_column(doc, "page", place), "s '", "s'");
  text = compiled_regex("/' [0-9]/", kModule).replace(text, [](const PythonRegex::Match&) {
    return std::string("/'[0-9]/");  // what the module's replacement says, character by character
  });
  text = replaced(std::move(text), kBeforeBrackets);
  for (const Brackets& brackets : kBrackets) {
    text = compiled_regex(brackets.pattern, kModule).replace(text, [&](const PythonRegex::Match& match) {
      return brackets.open + match.groups[0] + brackets.close;
    });
  }
  return replaced(std::move(text), kAfterBrackets);
}

std::vector<double> words(const Task& task, const MetricSpec&, const Item& item, const Answer&) {
  return {count_words(text_column(item.doc, "page", task.file))};
}

std::vector<double> bytes(const Task& task, const MetricSpec&, const Item& item, const Answer&) {
  return {static_cast<double>(text_column(item.doc, "page", task.file).size())};
}

}  // namespace

Port port_wikitext() {
  return {kModule,
          {"a44020374b172159bf5be80a64d2c4194c9d5c77284f696ac666361338c8da7d"},  // 0.4.2 to 0.4.13
          {{.name = "wikitext_detokenizer", .of_doc = wikitext_detokenizer},
           {.name = "process_results",
            .metrics = {rolling_metric("word_perplexity", kWeightedPerplexity, words),
                        rolling_metric("byte_perplexity", kWeightedPerplexity, bytes),
                        rolling_metric("bits_per_byte", kBitsPerByte, bytes)}}}};
}

}  // namespace tsugi::eval
