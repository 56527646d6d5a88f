// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tasks/folded_scalar.h"

#include <algorithm>

namespace tsugi::eval {
namespace {

// Takes the next line off the text, without its end.
std::string_view next_line(std::string_view& text, bool& ended) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  ended = end < text.size();
  text.remove_prefix(std::min(text.size(), end + 1));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

}  // namespace

std::string with_kept_ends(std::string value, std::string_view text, std::size_t at) {
  const std::size_t content = value.find_last_not_of('\n');
  // With an indent of its own ("2") a scalar may begin with blanks: left as it is.
  if (content == std::string::npos || at + 1 >= text.size() || text[at] != '>' || text[at + 1] != '+')
    return value;
  text.remove_prefix(at);
  bool ended = false;
  const std::string_view head = next_line(text, ended);
  if (head.size() > 2 && head[2] >= '1' && head[2] <= '9') return value;
  std::size_t indent = 0;  // of the first line that is not blank
  std::size_t ends = 0;    // of lines behind the last that is not blank, its own included
  while (!text.empty()) {
    const std::string_view line = next_line(text, ended);
    const std::size_t own = indent_of(line);
    const bool blank = own == line.size() && (indent == 0 || own <= indent);
    if (!blank && indent == 0) indent = own;
    if (!blank && own < indent) break;
    if (!blank) ends = 0;
    if (ended) ++ends;
  }
  value.resize(content + 1);
  return value.append(ends, '\n');
}

}  // namespace tsugi::eval
