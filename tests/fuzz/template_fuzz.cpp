// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Templates: one that is parsed is rendered, as a task's and as a chat's.
#include <array>
#include <nlohmann/json.hpp>

#include "eval/template/template.h"
#include "tests/fuzz/target.h"

namespace tsugi::fuzz {
namespace {

using eval::python::Json;

const Json& document() {
  static const Json kDocument = Json::parse(file_text("tests/golden/template/jinja.json")).at("document");
  return kDocument;
}

const Json& chat() {
  static const Json kChat = {{"messages", Json::array({{{"role", "system"}, {"content", "s"}},
                                                       {{"role", "user"}, {"content", "u\n"}}})},
                             {"bos_token", "<s>"},
                             {"tools", nullptr},
                             {"add_generation_prompt", true}};
  return kChat;
}

}  // namespace

std::vector<std::string> corpus() {
  std::vector<std::string> texts;
  const Json golden = Json::parse(file_text("tests/golden/template/jinja.json"));
  for (const char* kind : {"cases", "chat"}) {
    for (const Json& row : golden.at(kind)) {
      if (row.contains("text")) texts.push_back(row.at("template").get<std::string>());
    }
  }
  for (const char* name : {"alpaca", "chatml", "exaone", "llama3", "mistral"})
    texts.push_back(file_text(std::string("recipes/chat_templates/") + name + ".jinja"));
  return texts;
}

std::span<const std::string_view> words() {
  static constexpr std::array<std::string_view, 40> kWords{"{% if ",
                                                           "{% elif ",
                                                           "{% else %}",
                                                           "{% endif %}",
                                                           "{% for a in ",
                                                           "{% for a, b in ",
                                                           "{% endfor %}",
                                                           "{% set a = ",
                                                           "{% set ns = namespace() %}",
                                                           "{% set ns.a = ",
                                                           "{% endset %}",
                                                           "{% macro m(a, b=1) %}",
                                                           "{% endmacro %}",
                                                           "{{ m(",
                                                           "{% break %}",
                                                           "{% continue %}",
                                                           "{% filter upper %}",
                                                           "{% endfilter %}",
                                                           "{%- ",
                                                           " -%}",
                                                           " +%}",
                                                           "{{",
                                                           "}}",
                                                           "{#",
                                                           "#}",
                                                           "%}",
                                                           "messages",
                                                           "loop.index",
                                                           "range(99999)",
                                                           "range(",
                                                           " | tojson",
                                                           " | map(",
                                                           " | selectattr('role', 'equalto', ",
                                                           " | join(",
                                                           " is defined",
                                                           " not in ",
                                                           "[::-1]",
                                                           " * 99999999",
                                                           "(1, 2)",
                                                           "\\u3042"};
  return kWords;
}

}  // namespace tsugi::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tsugi;
  const std::string text(reinterpret_cast<const char*>(data), size);
  fuzz::attempt([&] {
    const auto parsed = eval::Template::parse(text, {"t.yaml", 1, 1}, "doc_to_text");
    parsed.render(fuzz::document(), "items.jsonl:1");
    parsed.evaluate(fuzz::document(), "items.jsonl:1");
  });
  fuzz::attempt([&] {
    eval::Template::parse_chat(text, {"a.jinja", 0, 0}, "chat_template").render(fuzz::chat(), "a.jinja");
  });
  eval::read_python_literal(text);
  return 0;
}
