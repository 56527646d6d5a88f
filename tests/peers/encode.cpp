// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// encode FOLDER: what our tokenizer makes of texts, for compare_tokenizers.py. Reads one JSON text a line and
// writes one line of ids, then what they decode to as JSON.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>

#include "eval/tokenizer/tokenizer.h"

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: encode FOLDER < texts\n";
    return 2;
  }
  std::ios::sync_with_stdio(false);
  const auto tokenizer = tsugi::eval::Tokenizer::load(std::filesystem::path(argv[1]));
  for (std::string line; std::getline(std::cin, line);) {
    const auto ids = tokenizer.encode(nlohmann::json::parse(line).get<std::string>());
    std::cout << fmt::format("{}\n{}\n", fmt::join(ids, " "), nlohmann::json(tokenizer.decode(ids)).dump());
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
