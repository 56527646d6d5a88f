// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// A model's chat template, rendered as transformers' apply_chat_template does (utils/chat_template_utils.py).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "eval/model/model_files.h"
#include "eval/template/template.h"

namespace tsugi::eval {

struct ChatMessage {
  std::string role;
  std::string content;
};

/// Immutable; safe to use from any thread.
class ChatTemplate {
 public:
  /// chat_template.jinja, additional_chat_templates/NAME.jinja, or chat_template of tokenizer_config.json: a
  /// text or a list of {name, template}, of which `name` or "default" is taken. Nothing when the model has
  /// none. Throws InputError for a name that is not there, and for a template that cannot be parsed.
  static std::optional<ChatTemplate> read(const ModelFiles& files, const std::string& name = "");

  /// The prompt up to where the assistant answers. With `continued` the last message is the assistant's and
  /// is gone on with: the text ends inside it. Throws InputError where the template refuses the messages.
  std::string render(const std::vector<ChatMessage>& messages, bool continued = false) const;

  /// The template itself.
  const std::string& source() const { return source_; }

 private:
  ChatTemplate(Template parsed, python::Json tokens, std::string place, std::string source)
      : template_(std::move(parsed)),
        tokens_(std::move(tokens)),
        place_(std::move(place)),
        source_(std::move(source)) {}
  std::string text_of(const std::vector<ChatMessage>& messages, bool generate) const;

  Template template_;
  python::Json tokens_;  ///< bos_token, eos_token, … as variables
  std::string place_;
  std::string source_;
};

}  // namespace tsugi::eval
