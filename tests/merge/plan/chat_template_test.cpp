// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan/chat_template.h"

#include "recipes/chat_template.h"
#include "tests/support/plan_fixture.h"

namespace tsugi::tests {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr const char* kA = "{% for m in messages %}A{{ m.content }}{% endfor %}";
constexpr const char* kB = "{% for m in messages %}B{{ m.content }}{% endfor %}";

class ChatTemplates : public PlanFixture {
 protected:
  static std::string recipe(const std::string& value) {
    return "merge_method: linear\nbase_model: \"@base\"\nparameters: {weight: 1}\nmodels: [{model: "
           "\"@base\"}, "
           "{model: \"@a\"}, {model: \"@b\"}]\n" +
           value;
  }

  void config(const std::string& model, const nlohmann::ordered_json& chat_template) const {
    const nlohmann::ordered_json text{{"add_bos_token", true}, {"chat_template", chat_template}, {"x", 1}};
    folder.write(model + "/tokenizer_config.json", text.dump(2));
  }

  /// Name and text of every companion.
  std::map<std::string, std::string> files(const std::string& value) {
    std::map<std::string, std::string> all;
    for (const merge::Companion& companion : plan(recipe(value)).companions) {
      EXPECT_TRUE(all.emplace(companion.name, companion.content()).second) << companion.name;
    }
    return all;
  }
};

TEST_F(ChatTemplates, WithoutTheKeyTheDonorsFilesAreKept) {
  config("base", kA);
  folder.write("base/chat_template.json", "{}");
  EXPECT_EQ(files("").count("chat_template.jinja"), 0U);
  EXPECT_EQ(files("").at("tokenizer_config.json"), read_text(folder / "base/tokenizer_config.json"));
  EXPECT_EQ(files("").count("chat_template.json"), 1U);
}

TEST_F(ChatTemplates, ANameIsWrittenInBothPlacesAndNowhereElse) {
  config("base", kA);
  folder.write("base/chat_template.json", "{}");
  folder.write("base/additional_chat_templates/tool_use.jinja", "x");
  const auto written = files("chat_template: chatml\n");
  const std::string chatml = recipes::named_chat_template("chatml").value();
  EXPECT_EQ(written.at("chat_template.jinja"), chatml);
  const auto json = nlohmann::ordered_json::parse(written.at("tokenizer_config.json"));
  EXPECT_EQ(json, (nlohmann::ordered_json{{"add_bos_token", true}, {"chat_template", chatml}, {"x", 1}}));
  EXPECT_EQ(written.size(), 2U);
}

TEST_F(ChatTemplates, AJinjaTextIsWrittenAsItStands) {
  config("base", {{{"name", "default"}, {"template", kA}}, {{"name", "rag"}, {"template", kB}}});
  const auto written = files("chat_template: \"{% for m in messages %}{{ m['content'] }}\\n{% endfor %}\"\n");
  const std::string text = "{% for m in messages %}{{ m['content'] }}\n{% endfor %}";
  EXPECT_EQ(written.at("chat_template.jinja"), text);
  EXPECT_EQ(nlohmann::json::parse(written.at("tokenizer_config.json"))["chat_template"], text);
}

TEST_F(ChatTemplates, AutoTakesTheMostFrequent) {
  config("base", kA);
  config("a", std::string(kB) + "\n");
  folder.write("b/chat_template.jinja", kB);
  EXPECT_EQ(files("chat_template: auto\n").at("chat_template.jinja"), kB);
  EXPECT_THAT(notes(recipe("chat_template: auto\n")),
              Contains("chat_template: auto takes the template of 2 of the models; there are 2"));
}

TEST_F(ChatTemplates, TiesGoToTheBaseThenToRecipeOrder) {
  config("a", kB);
  folder.write("b/chat_template.json", nlohmann::json{{"chat_template", kA}}.dump());
  EXPECT_EQ(files("chat_template: auto\n").at("chat_template.jinja"), kB);
  config("base", {{{"name", "rag"}, {"template", kB}}, {{"name", "default"}, {"template", kA}}});
  EXPECT_EQ(files("chat_template: auto\n").at("chat_template.jinja"), kA);
  folder.write("b/chat_template.json", nlohmann::json{{"chat_template", "other"}}.dump());
  EXPECT_EQ(files("chat_template: auto\n").at("chat_template.jinja"), kA);
}

TEST_F(ChatTemplates, AutoWithoutAnyTemplate) {
  folder.write("base/tokenizer_config.json", "{\"x\": 1}");
  EXPECT_EQ(files("chat_template: auto\n").at("tokenizer_config.json"), "{\"x\": 1}");
  EXPECT_THAT(notes(recipe("chat_template: auto\n")),
              Contains("chat_template: auto finds no template in any of the models; none is written"));
}

TEST_F(ChatTemplates, ADonorWithoutTokenizerConfig) {
  EXPECT_EQ(files("chat_template: llama3\n").size(), 1U);
  EXPECT_THAT(notes(recipe("chat_template: llama3\n")),
              Contains(HasSubstr("@base has no tokenizer_config.json; the chat template is written as "
                                 "chat_template.jinja alone")));
}

TEST_F(ChatTemplates, BrokenConfigs) {
  folder.write("a/tokenizer_config.json", "{");
  EXPECT_THAT(error(recipe("chat_template: auto\n")), HasSubstr("@a/tokenizer_config.json"));
}

}  // namespace
}  // namespace tsugi::tests
