// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/vocabulary/tokenizer_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

#include "merge/checkpoint/json.h"
#include "merge/checkpoint/json_text.h"

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 14> kTokenizerFiles{"tokenizer.json",
                                                           "tokenizer_config.json",
                                                           "special_tokens_map.json",
                                                           "added_tokens.json",
                                                           "vocab.json",
                                                           "vocab.txt",
                                                           "merges.txt",
                                                           "tokenizer.model",
                                                           "tokenizer.model.v3",
                                                           "tekken.json",
                                                           "spiece.model",
                                                           "sentencepiece.bpe.model",
                                                           "chat_template.jinja",
                                                           "chat_template.json"};

// What loaders would read the old vocabulary from.
constexpr std::array<std::string_view, 5> kPieces{"tokenizer.model", "tokenizer.model.v3", "tekken.json",
                                                  "spiece.model", "sentencepiece.bpe.model"};
constexpr std::array<std::string_view, 4> kBesideTokenizer{"added_tokens.json", "vocab.json", "vocab.txt",
                                                           "merges.txt"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Rewriter {
 public:
  Rewriter(const OutputVocabulary& output, const std::string& place, std::vector<std::string>& notes)
      : output_(output), place_(place), notes_(notes) {
    for (const std::string& token : output_.stripped) stripped_.insert(token);
    for (std::size_t i = 0; i < output_.tokens.size(); ++i) ids_.emplace(output_.tokens[i], i);
  }

  // Throws what the parser throws: only valid texts are edited.
  JsonText checked(const Companion& companion) const {
    std::string text = companion.content();
    bool had_bom = false;
    parse_ordered_json(text, fmt::format("{}/{}", place_, companion.name), &had_bom);
    return JsonText(had_bom ? text.substr(3) : std::move(text));  // the mark has three bytes
  }

  std::string tokenizer(JsonText json) const {
    if (!stripped_.empty()) strip_model(json);
    if (!json.contains({"added_tokens"})) json.set({"added_tokens"}, Json::array());
    json.filter({"added_tokens"}, [&](const std::string&, std::string_view value) {
      return stripped_.count(Json::parse(value).at("content").get<std::string>()) == 0;
    });
    std::vector<Json> added;
    for (const auto& [token, id] : output_.added) added.push_back(added_token_json(token, id));
    json.append({"added_tokens"}, added);
    return json.text();
  }

  std::string config(JsonText json, const std::string& name) {
    if (json.contains({"added_tokens_decoder"})) declare(json);
    for (const std::string_view key : named_token_keys()) {
      json.filter({}, [&](const std::string& member, std::string_view value) {
        const bool gone = member == key && is_gone(Json::parse(value));
        if (gone) {
          notes_.push_back(fmt::format("{}: {} is left out: its token {} has no row", name, key, value));
        }
        return !gone;
      });
    }
    for (const std::string_view key : named_token_lists()) {
      json.filter({key},
                  [&](const std::string&, std::string_view value) { return !is_gone(Json::parse(value)); });
    }
    return json.text();
  }

  std::string vocabulary(JsonText json) const {
    json.filter({}, [&](const std::string& token, std::string_view) { return stripped_.count(token) == 0; });
    return json.text();
  }

  std::string merges(const std::string& text) const {
    std::string kept;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
      const std::string line = text.substr(begin, end - begin);
      std::string_view pair = line;
      while (!pair.empty() && (pair.back() == '\n' || pair.back() == '\r')) pair.remove_suffix(1);
      if (line[0] == '#' || keeps_merge(pair)) kept += line;
      begin = end;
    }
    return kept;
  }

  // What slow tokenizers read: {token: id}.
  std::string added(std::optional<JsonText> json) const {
    JsonText made = json ? std::move(*json) : JsonText("{}\n");
    std::unordered_set<std::string> there;
    made.filter({}, [&](const std::string& token, std::string_view) {
      there.insert(token);
      return stripped_.count(token) == 0;
    });
    std::vector<std::pair<std::string, Json>> members;
    for (const auto& [token, id] : output_.added) {
      if (there.count(token.content) == 0 || stripped_.count(token.content) != 0)
        members.emplace_back(token.content, id);
    }
    made.append_members({}, members);
    return made.text();
  }

 private:
  bool is_gone(const Json& value) const {
    const std::optional<std::string> token = named_token(value);
    return token && stripped_.count(*token) != 0 && ids_.count(*token) == 0;
  }

  // A pair that has lost a part, or whose result is lost: loaders refuse merges into nothing.
  bool keeps_merge(std::string_view left, std::string_view right) const {
    return stripped_.count(std::string(left)) == 0 && stripped_.count(std::string(right)) == 0 &&
           stripped_.count(fmt::format("{}{}", left, right)) == 0;
  }
  bool keeps_merge(std::string_view pair) const {
    const std::size_t space = pair.find(' ');
    return space == std::string_view::npos || keeps_merge(pair.substr(0, space), pair.substr(space + 1));
  }

  void strip_model(JsonText& json) const {
    json.filter({"model", "vocab"}, [&](const std::string& token, std::string_view value) {
      if (value.front() != '[') return stripped_.count(token) == 0;
      return stripped_.count(Json::parse(value).at(0).get<std::string>()) == 0;
    });
    json.filter({"model", "merges"}, [&](const std::string&, std::string_view value) {
      const Json merge = Json::parse(value);
      if (merge.is_string()) return keeps_merge(merge.get<std::string>());
      return keeps_merge(merge.at(0).get<std::string>(), merge.at(1).get<std::string>());
    });
  }

  // added_tokens_decoder: {"id": flags}.
  void declare(JsonText& json) const {
    std::unordered_set<std::string> there;
    json.filter({"added_tokens_decoder"}, [&](const std::string& id, std::string_view value) {
      const auto known = ids_.find(Json::parse(value).at("content").get<std::string>());
      const bool kept = known != ids_.end();
      if (kept) there.insert(id);
      return kept;
    });
    std::vector<std::pair<std::string, Json>> members;
    for (const auto& [token, id] : output_.added) {
      std::string key = fmt::format("{}", id);
      if (there.count(key) == 0) members.emplace_back(std::move(key), added_token_json(token, std::nullopt));
    }
    json.append_members({"added_tokens_decoder"}, members);
  }

  const OutputVocabulary& output_;
  const std::string& place_;
  std::vector<std::string>& notes_;
  std::unordered_set<std::string> stripped_;  // looked up only, as is the next
  std::unordered_map<std::string_view, std::size_t> ids_;
};

}  // namespace

bool is_tokenizer_file(std::string_view name) {
  constexpr std::string_view kTemplates = "additional_chat_templates/";
  return among(kTokenizerFiles, name) || name.substr(0, kTemplates.size()) == kTemplates;
}

std::vector<Companion> tokenizer_files(std::span<const Companion> companions, const OutputVocabulary& output,
                                       const std::string& place, std::vector<std::string>& notes) {
  const bool has_tokenizer = find_companion(companions, "tokenizer.json") != nullptr;
  Rewriter rewriter(output, place, notes);
  std::vector<Companion> files;
  bool has_added = false;
  for (const Companion& companion : companions) {
    const std::string& name = companion.name;
    if (!is_tokenizer_file(name)) continue;
    if (!output.changed()) {
      files.push_back(companion);
    } else if (among(kPieces, name)) {
      notes.push_back(
          fmt::format("{} is left out: it holds the vocabulary of {}, not that of the output", name, place));
    } else if (name == "tokenizer.json") {
      files.push_back({.name = name, .text = rewriter.tokenizer(rewriter.checked(companion))});
    } else if (name == "tokenizer_config.json" || name == "special_tokens_map.json") {
      files.push_back({.name = name, .text = rewriter.config(rewriter.checked(companion), name)});
    } else if (among(kBesideTokenizer, name)) {
      if (has_tokenizer) continue;  // tokenizer.json says it all; two stories must not be told
      has_added |= name == "added_tokens.json";
      const std::string text = name == "merges.txt"   ? rewriter.merges(companion.content())
                               : name == "vocab.json" ? rewriter.vocabulary(rewriter.checked(companion))
                               : name == "added_tokens.json" ? rewriter.added(rewriter.checked(companion))
                                                             : companion.content();
      files.push_back({.name = name, .text = text});
    } else {
      files.push_back(companion);
    }
  }
  if (output.changed() && !has_tokenizer && !has_added)
    files.push_back({.name = "added_tokens.json", .text = rewriter.added(std::nullopt)});
  return files;
}

}  // namespace tsugi::merge
