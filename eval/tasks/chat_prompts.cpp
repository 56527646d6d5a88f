// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/tasks/chat_prompts.h"

#include "eval/template/chat_template.h"
#include "recipes/error.h"

namespace tsugi::eval {

ChatRenderer read_chat(const ModelFiles& files, const std::string& name, const std::string& asker) {
  auto chat = ChatTemplate::read(files, name);
  if (!chat) {
    throw InputError(asker, "the model has no chat template",
                     "leave it out, or merge with chat_template: in the recipe");
  }
  return [chat = std::move(*chat)](const std::vector<Message>& messages, bool generate) {
    std::vector<ChatMessage> all;
    std::vector<ChatMessage> without_system;
    for (const Message& message : messages) {
      all.push_back({message.role, message.content});
      if (message.role != "system") without_system.push_back(all.back());
    }
    if (without_system.size() == all.size()) return chat.render(all, !generate);
    try {
      return chat.render(all, !generate);
    } catch (const InputError&) {
      return chat.render(without_system, !generate);
    }
  };
}

}  // namespace tsugi::eval
