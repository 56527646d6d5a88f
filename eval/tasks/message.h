// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A prompt as messages, which are joined to a text or handed to a chat template (lm_eval/api/utils.py).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tsugi::eval {

struct Message {
  std::string role;  ///< "system", "user" or "assistant"
  std::string content;
  std::string delimiter;  ///< behind the content where messages are joined; no chat template sees it
};

/// Messages to the text that the model reads. With `generate` the text ends where an answer begins, without
/// it inside the last message, the assistant's.
using ChatRenderer = std::function<std::string(const std::vector<Message>& messages, bool generate)>;

/// Whether both are there and neither has white space where they would meet.
bool needs_delimiter(std::string_view prefix, std::string_view suffix);
/// The two joined, by the delimiter where it is needed.
std::string delimited(const std::string& prefix, const std::string& suffix, const std::string& delimiter);

std::string joined(const std::vector<Message>& messages);

/// System message, one message of the user with all that follows, and an assistant's last message.
std::vector<Message> as_single_turn(std::vector<Message> messages);

}  // namespace tsugi::eval
