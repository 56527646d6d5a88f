// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// render FILE: what our templates give, for compare_templates.py. FILE has the variables as JSON; reads one
// template as a JSON text a line and writes one JSON object a line, "text" or "error".
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "eval/template/template.h"
#include "recipes/error.h"

int main(int argc, char** argv) try {
  using Json = nlohmann::ordered_json;
  if (argc != 2) {
    std::cerr << "usage: render FILE < templates\n";
    return 2;
  }
  std::ios::sync_with_stdio(false);
  std::ifstream file(argv[1]);
  const Json variables = Json::parse(file);
  for (std::string line; std::getline(std::cin, line);) {
    Json answer;
    try {
      const auto source = Json::parse(line).get<std::string>();
      answer["text"] = tsugi::eval::Template::parse(source, {"t", 1, 1}, "t").render(variables, "d");
    } catch (const tsugi::InputError& error) {
      answer["error"] = error.what();
    }
    std::cout << answer.dump() << "\n";
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
