// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Where chat templates are found, and how a last message is gone on with.
#include "eval/template/chat_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipes/error.h"
#include "tests/support/input_error.h"
#include "tests/support/temporary_folder.h"

namespace tsugi::eval {
namespace {

using testing::HasSubstr;
using tests::TemporaryFolder;

const std::vector<ChatMessage> kChat = {{"user", "hi"}, {"assistant", "The answer"}};

TEST(ChatTemplate, AModelWithoutOneHasNone) {
  const TemporaryFolder folder;
  EXPECT_FALSE(ChatTemplate::read(folder.path()).has_value());
  folder.write("tokenizer_config.json", R"({"chat_template": null})");
  EXPECT_FALSE(ChatTemplate::read(folder.path()).has_value());
}

TEST(ChatTemplate, AFileOfItsOwnComesFirst) {
  const TemporaryFolder folder;
  folder.write("tokenizer_config.json", R"({"chat_template": "config", "eos_token": {"content": "</s>"}})");
  EXPECT_EQ(ChatTemplate::read(folder.path())->render(kChat), "config");
  folder.write("chat_template.jinja",
               "file {{ eos_token }}{{ pad_token }}{{ messages | length }}{{ add_generation_prompt }}");
  EXPECT_EQ(ChatTemplate::read(folder.path())->render(kChat), "file </s>2True");
  folder.write("additional_chat_templates/tools.jinja", "other");
  EXPECT_EQ(ChatTemplate::read(folder.path(), "tools")->render(kChat), "other");
}

TEST(ChatTemplate, OfSeveralOneIsNamed) {
  const TemporaryFolder folder;
  folder.write(
      "tokenizer_config.json",
      R"({"chat_template": [{"name": "default", "template": "a"}, {"name": "rag", "template": "b"}]})");
  EXPECT_EQ(ChatTemplate::read(folder.path())->render(kChat), "a");
  EXPECT_EQ(ChatTemplate::read(folder.path(), "rag")->render(kChat), "b");
  EXPECT_THAT(tests::message_of([&] { ChatTemplate::read(folder.path(), "rga"); }),
              HasSubstr("no chat template of the name 'rga'; did you mean 'rag'?"));
}

// transformers' rule: up to the message's end, whatever the template puts behind it.
TEST(ChatTemplate, AMessageIsGoneOnWith) {
  const TemporaryFolder folder;
  folder.write("chat_template.jinja",
               "{% for m in messages %}[{{ m.role }}]{{ m.content }}</end>\n{% endfor %}");
  EXPECT_EQ(ChatTemplate::read(folder.path())->render(kChat, true), "[user]hi</end>\n[assistant]The answer");
  folder.write("chat_template.jinja",
               "{% for m in messages %}[{{ m.role }}]{{ m.content | trim }}</end>\n{% endfor %}");
  EXPECT_EQ(ChatTemplate::read(folder.path())->render({{"user", "hi"}, {"assistant", "The answer "}}, true),
            "[user]hi</end>\n[assistant]The answer");
  folder.write("chat_template.jinja", "{{ messages[0].content }}");
  EXPECT_THAT(tests::message_of([&] { ChatTemplate::read(folder.path())->render(kChat, true); }),
              HasSubstr("does not appear"));
}

TEST(ChatTemplate, ErrorsNameTheFile) {
  const TemporaryFolder folder;
  folder.write("chat_template.jinja", "{% for m in messages %}");
  EXPECT_THAT(tests::message_of([&] { ChatTemplate::read(folder.path()); }),
              HasSubstr("chat_template.jinja"));
  folder.write("chat_template.jinja", "{{ raise_exception('roles must alternate') }}");
  EXPECT_THAT(tests::message_of([&] { ChatTemplate::read(folder.path())->render(kChat); }),
              HasSubstr("roles must alternate"));
}

}  // namespace
}  // namespace tsugi::eval
