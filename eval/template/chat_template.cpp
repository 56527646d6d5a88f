// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
#include "eval/template/chat_template.h"

#include <fmt/format.h>

#include "eval/template/python_text.h"
#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::eval {
namespace {

using python::Json;

struct Source {
  std::string text;
  std::string file;
};

nlohmann::json read_config(const ModelFiles& files, const char* name) {
  const std::optional<std::string> text = files.find(name);
  if (!text) return nlohmann::json::object();
  nlohmann::json document = merge::parse_json(*text, files.path(name));
  return document.is_object() ? document : nlohmann::json::object();
}

// A special token as a text or as {content, …}.
std::optional<std::string> token_text(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() && value.contains("content") && value["content"].is_string())
    return value["content"].get<std::string>();
  return std::nullopt;
}

Json special_tokens(const ModelFiles& files) {
  Json tokens = Json::object();
  for (const char* file : {"special_tokens_map.json", "tokenizer_config.json"}) {
    const nlohmann::json config = read_config(files, file);
    for (const char* key :
         {"bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"}) {
      if (!config.contains(key)) continue;
      if (const auto text = token_text(config[key])) tokens[key] = *text;
    }
  }
  return tokens;
}

// The entry of a list of {name, template}.
Source named(const nlohmann::json& list, const std::string& name, const std::string& file) {
  const std::string wanted = name.empty() ? "default" : name;
  std::vector<std::string> names;
  for (const nlohmann::json& entry : list) {
    if (!entry.is_object() || !entry.value("name", nlohmann::json()).is_string() ||
        !entry.value("template", nlohmann::json()).is_string())
      continue;
    names.push_back(entry["name"].get<std::string>());
    if (names.back() == wanted) return {entry["template"].get<std::string>(), file};
  }
  throw InputError(file, fmt::format("no chat template of the name '{}'", wanted), suggestion(wanted, names));
}

std::optional<Source> find_source(const ModelFiles& files, const std::string& name) {
  const std::string other = fmt::format("additional_chat_templates/{}.jinja", name);
  const std::string own = name.empty() || name == "default" ? "chat_template.jinja" : other;
  if (const auto text = files.find(own)) return Source{*text, files.path(own)};
  const char* config_file = "tokenizer_config.json";
  const nlohmann::json config = read_config(files, config_file);
  const auto found = config.find("chat_template");
  if (found == config.end() || found->is_null()) return std::nullopt;
  const std::string file = files.path(config_file);
  if (found->is_array()) return named(*found, name, file);
  if (!found->is_string())
    throw InputError(file, "chat_template is neither text nor a list", "fetch the file again");
  if (!name.empty() && name != "default")
    throw InputError(file, fmt::format("one chat template without a name, asked for '{}'", name),
                     "leave the name out");
  return Source{found->get<std::string>(), file};
}

}  // namespace

std::optional<ChatTemplate> ChatTemplate::read(const ModelFiles& files, const std::string& name) {
  const std::optional<Source> source = find_source(files, name);
  if (!source) return std::nullopt;
  Template parsed = Template::parse_chat(source->text, {source->file, 0, 0}, "chat_template");
  return ChatTemplate(std::move(parsed), special_tokens(files), source->file, source->text);
}

std::string ChatTemplate::text_of(const std::vector<ChatMessage>& messages, bool generate) const {
  Json variables = tokens_;
  variables["messages"] = Json::array();
  for (const ChatMessage& message : messages)
    variables["messages"].push_back({{"role", message.role}, {"content", message.content}});
  variables["tools"] = nullptr;
  variables["documents"] = nullptr;
  variables["add_generation_prompt"] = generate;
  return template_.render(variables, place_);
}

std::string ChatTemplate::render(const std::vector<ChatMessage>& messages, bool continued) const {
  if (!continued) return text_of(messages, true);
  // transformers' way to find the end of a message in what a template made of it.
  const std::string mark = "CONTINUE_FINAL_MESSAGE_TAG ";
  const std::string bare(python::rstrip(mark));
  std::vector<ChatMessage> marked = messages;
  marked.back().content += mark;
  const std::string text = text_of(marked, false);
  const std::size_t at = text.rfind(bare);
  if (at == std::string::npos)
    throw InputError(place_, "the last message does not appear in what the chat template makes",
                     "leave gen_prefix out");
  const std::string before = text.substr(0, at);
  return text.compare(at, mark.size(), mark) == 0 ? before : std::string(python::rstrip(before));
}

}  // namespace tsugi::eval
