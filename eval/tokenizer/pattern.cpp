// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/tokenizer/pattern.h"

#include <fmt/format.h>

#include <stdexcept>

#include "eval/tokenizer/pre_tokenizers/patterns.h"
#include "eval/tokenizer/regex.h"

namespace tsugi::eval::tokenization {
namespace {

EachMatch literal(std::string wanted) {
  return [wanted = std::move(wanted)](std::string_view text, const auto& found) {
    if (wanted.empty()) return;
    for (std::size_t at = text.find(wanted); at != std::string_view::npos;
         at = text.find(wanted, at + wanted.size()))
      found(at, at + wanted.size());
  };
}

// A scanner's matches cover the text.
EachMatch scanned(Scanner scan) {
  return [scan](std::string_view text, const auto& found) {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = scan(text, begin);
      found(begin, end);
      begin = end;
    }
  };
}

}  // namespace

EachMatch read_pattern(const Field& field) {
  if (const std::optional<std::string> text = field.text_of("String")) return literal(*text);
  const std::string pattern = field.at("Regex").text();
  if (const Scanner scan = find_scanner(pattern)) return scanned(scan);
  try {
    return
        [regex = Regex(pattern)](std::string_view text, const auto& found) { regex.each_match(text, found); };
  } catch (const std::invalid_argument& error) {
    field.refuse(fmt::format("'{}' has what this version does not run: {}", pattern, error.what()),
                 "score the model with a command scorer");
  }
}

}  // namespace tsugi::eval::tokenization
