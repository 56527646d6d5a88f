// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/plan/chat_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "merge/checkpoint/json.h"
#include "merge/checkpoint/json_text.h"
#include "recipes/chat_template.h"

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFile = "chat_template.jinja";
constexpr const char* kOlderFile = "chat_template.json";
constexpr const char* kConfig = "tokenizer_config.json";
constexpr std::string_view kMoreTemplates = "additional_chat_templates/";

const Companion* named(std::span<const Companion> companions, std::string_view name) {
  const auto found = std::find_if(companions.begin(), companions.end(),
                                  [&](const Companion& companion) { return companion.name == name; });
  return found == companions.end() ? nullptr : &*found;
}

std::string stripped(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kSpace) - begin + 1));
}

// A text, or a list of {name, template}, or {name: template}.
std::string default_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) return default_of(value.value("default", Json()));
  if (!value.is_array()) return "";
  for (const Json& entry : value) {
    if (entry.is_object() && entry.value("name", Json()) == "default")
      return default_of(entry.value("template", Json()));
  }
  return "";
}

std::string template_in(const Companion& companion, const std::string& place) {
  const std::string where = fmt::format("{}/{}", place, companion.name);
  bool had_bom = false;
  const Json document = parse_ordered_json(companion.content(), where, &had_bom);
  return document.is_object() ? default_of(document.value("chat_template", Json())) : "";
}

// The base first, then recipe order.
std::vector<const Checkpoint*> models_in_order(const PlanContext& context) {
  std::vector<const Checkpoint*> order{context.donor->checkpoint.get()};
  for (const auto& model : context.models) {
    if (model.get() != context.donor) order.push_back(model->checkpoint.get());
  }
  return order;
}

std::optional<std::string> most_frequent(PlanContext& context) {
  std::vector<std::pair<std::string, std::size_t>> counts;
  for (const Checkpoint* model : models_in_order(context)) {
    const auto found = chat_template_of(model->companions(), model->folder().string());
    if (!found) continue;
    const auto same =
        std::find_if(counts.begin(), counts.end(), [&](const auto& row) { return row.first == *found; });
    if (same == counts.end()) {
      counts.emplace_back(*found, 1);
    } else {
      ++same->second;
    }
  }
  if (counts.empty()) {
    context.notes.add("chat_template: auto finds no template in any of the models; none is written");
    return std::nullopt;
  }
  const auto most = std::max_element(counts.begin(), counts.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  if (counts.size() > 1) {
    context.notes.add(fmt::format("chat_template: auto takes the template of {} of the models; there are {}",
                                  most->second, counts.size()));
  }
  return most->first;
}

Companion with_template(const Companion& config, const std::string& text, const std::string& place) {
  const std::string before = config.content();
  bool had_bom = false;
  parse_ordered_json(before, fmt::format("{}/{}", place, config.name), &had_bom);
  JsonText json(had_bom ? before.substr(3) : before);  // the mark has three bytes
  json.set({"chat_template"}, text);
  return {.name = config.name, .text = json.text()};
}

}  // namespace

std::optional<std::string> chat_template_of(std::span<const Companion> companions, const std::string& place) {
  std::string found;
  if (const Companion* file = named(companions, kFile)) found = stripped(file->content());
  for (const char* name : {kConfig, kOlderFile}) {
    const Companion* file = named(companions, name);
    if (found.empty() && file != nullptr) found = stripped(template_in(*file, place));
  }
  return found.empty() ? std::nullopt : std::optional(std::move(found));
}

std::vector<Companion> with_chat_template(PlanContext& context, std::vector<Companion> companions) {
  if (!context.recipe->chat_template) return companions;
  const std::string& given = context.recipe->chat_template->text;
  std::optional<std::string> text =
      given == "auto" ? most_frequent(context) : recipes::named_chat_template(given);
  if (!text && given == "auto") return companions;
  if (!text) text = given;
  const std::string place = context.donor->checkpoint->folder().string();
  std::vector<Companion> files{{.name = kFile, .text = *text}};
  for (Companion& companion : companions) {
    const std::string& name = companion.name;
    if (name == kFile || name == kOlderFile || name.rfind(kMoreTemplates, 0) == 0) continue;
    files.push_back(name == kConfig ? with_template(companion, *text, place) : std::move(companion));
  }
  if (named(files, kConfig) == nullptr) {
    context.notes.add(fmt::format("{} has no tokenizer_config.json; the chat template is written as {} alone",
                                  place, kFile));
  }
  std::sort(files.begin(), files.end(),
            [](const Companion& a, const Companion& b) { return a.name < b.name; });
  return files;
}

}  // namespace tsugi::merge
