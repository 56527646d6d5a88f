// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/tasks/message.h"

#include "eval/template/python_text.h"

namespace tsugi::eval {

bool needs_delimiter(std::string_view prefix, std::string_view suffix) {
  if (prefix.empty() || suffix.empty()) return false;
  return python::rstrip(prefix).size() == prefix.size() && python::lstrip(suffix).size() == suffix.size();
}

std::string delimited(const std::string& prefix, const std::string& suffix, const std::string& delimiter) {
  return needs_delimiter(prefix, suffix) ? prefix + delimiter + suffix : prefix + suffix;
}

std::string joined(const std::vector<Message>& messages) {
  std::string text;
  for (const Message& message : messages) text += message.content + message.delimiter;
  return text;
}

std::vector<Message> as_single_turn(std::vector<Message> messages) {
  std::vector<Message> result;
  if (messages.front().role == "system") {
    result.push_back(messages.front());
    messages.erase(messages.begin());
  }
  if (messages.empty()) return result;
  Message last;
  const bool answered = messages.back().role == "assistant";
  if (answered) {
    last = messages.back();
    messages.pop_back();
  }
  if (!messages.empty()) messages.back().delimiter.clear();
  result.push_back({"user", joined(messages), ""});
  if (answered) result.push_back(last);
  return result;
}

}  // namespace tsugi::eval
