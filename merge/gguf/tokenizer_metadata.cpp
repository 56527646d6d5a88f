// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/tokenizer_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <utility>

#include "merge/checkpoint/json.h"
#include "merge/gguf/pre_tokenizer.h"
#include "merge/vocabulary/token_table.h"
#include "recipes/error.h"

namespace tsugi::merge::gguf {
namespace {

using Json = nlohmann::ordered_json;
using Token = TokenTable::Token;

constexpr std::string_view kBlank = "\xE2\x96\x81";  // U+2581, SentencePiece's space
constexpr std::string_view kConvert = "write a folder and convert it with llama.cpp";

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  while (true) {
    const std::size_t at = text.find(from);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += to;
    text.remove_prefix(at + from.size());
  }
}

bool is_byte_token(const std::string& text) {
  constexpr std::string_view kForm = "<0x00>";
  const auto hex = [&](std::size_t i) {
    return (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'A' && text[i] <= 'F');
  };
  return text.size() == kForm.size() && text.rfind("<0x", 0) == 0 && hex(3) && hex(4) && text[5] == '>';
}

// The two sides of a merge, however the file writes it.
std::optional<std::pair<std::string, std::string>> sides(const Json& merge) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
    return std::pair(merge[0].get<std::string>(), merge[1].get<std::string>());
  if (!merge.is_string()) return std::nullopt;
  const std::string text = merge.get<std::string>();
  const std::size_t space = text.find(' ');
  if (space == std::string::npos) return std::nullopt;
  return std::pair(text.substr(0, space), text.substr(space + 1));
}

class Writer {
 public:
  Writer(const TokenizerSource& source, std::vector<std::string>& notes)
      : source_(source), notes_(notes), table_(TokenTable::read(source.companions, source.place)) {
    read_files();
  }

  Metadata write() {
    const bool byte_level = is_byte_level(part("pre_tokenizer")) || is_byte_level(part("normalizer"));
    const bool fallback = model_.value("byte_fallback", false);
    if (!byte_level && !fallback) {
      refuse("its BPE is neither byte-level nor has byte fallback; llama.cpp has no such kind", kConvert);
    }
    byte_level ? write_byte_level() : write_pieces();
    write_special_tokens();
    write_added_around();
    write_templates();
    return std::move(metadata_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, std::string_view cure) const {
    throw InputError(table_.file(), what, cure);
  }

  void read_files() {
    const Companion* const tokenizer = find_companion(source_.companions, "tokenizer.json");
    if (tokenizer == nullptr) {
      throw InputError(source_.place, "no tokenizer.json, which a GGUF file's tokenizer is made from",
                       "save the tokenizer once with transformers: "
                       "AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)");
    }
    json_ = parse_ordered_json(tokenizer->content(), table_.file());
    model_ = json_.at("model");  // TokenTable has read it
    if (model_.value("type", "BPE") != "BPE" || !model_.contains("merges") || !model_["merges"].is_array()) {
      refuse(fmt::format("a tokenizer of type {} cannot be written as GGUF",
                         cited(model_.value("type", "unknown"))),
             kConvert);
    }
    if (const Companion* const settings = find_companion(source_.companions, "tokenizer_config.json"))
      settings_ =
          parse_ordered_json(settings->content(), fmt::format("{}/{}", source_.place, settings->name));
    if (!settings_.is_object()) settings_ = Json::object();
  }

  Json part(const char* key) const { return json_.value(key, Json()); }

  template <class T>
  void add(std::string_view key, T value) {
    metadata_.emplace_back(fmt::format("tokenizer.ggml.{}", key), std::move(value));
  }

  void write_byte_level() {
    std::optional<std::string> pre = pre_name(part("pre_tokenizer"));
    if (!source_.pre.empty()) pre = source_.pre;
    if (!pre) {
      refuse("its pre_tokenizer is none that llama.cpp is known to have",
             "give llama.cpp's name of it with --gguf-pre, for example gpt-2");
    }
    add("model", std::string("gpt2"));
    add("pre", *pre);
    write_tokens([](const Token&) { return TokenKind::normal; });
    std::vector<std::string> merges;
    for (const Json& merge : model_["merges"]) {
      auto both = sides(merge);
      if (!both) refuse(fmt::format("merge {} is no pair of tokens", merges.size()), "fetch the file again");
      // Parts that hold a space are told apart by the byte alphabet's letter for it.
      constexpr std::string_view kSpaceLetter = "\xC4\xA0";
      merges.push_back(fmt::format("{} {}", replaced(both->first, " ", kSpaceLetter),
                                   replaced(both->second, " ", kSpaceLetter)));
    }
    add("merges", std::move(merges));
  }

  // llama.cpp joins the pair whose result has the highest score: the rank of the merge, negated.
  void write_pieces() {
    std::unordered_map<std::string, std::size_t> ranks;  // looked up only
    const Json& merges = model_["merges"];
    for (std::size_t i = 0; i < merges.size(); ++i) {
      const auto both = sides(merges[i]);
      if (!both) refuse(fmt::format("merge {} is no pair of tokens", i), "fetch the file again");
      ranks.emplace(fmt::format("{}{}", both->first, both->second), i);  // the first counts
    }
    add("model", std::string("llama"));
    add("pre", std::string("default"));
    const std::string unknown = model_.contains("unk_token") && model_["unk_token"].is_string()
                                    ? model_["unk_token"].get<std::string>()
                                    : std::string();
    write_tokens([&](const Token& token) {
      if (token.text == unknown) return TokenKind::unknown;
      return is_byte_token(token.text) ? TokenKind::byte : TokenKind::normal;
    });
    std::vector<float> scores(source_.rows, 0.0F);
    for (const Token& token : table_.tokens()) {
      if (static_cast<std::size_t>(token.id) >= source_.rows || token.added || is_byte_token(token.text))
        continue;
      const auto found = ranks.find(token.text);
      // No merge makes it: after all that one makes. A single character is never the result of one.
      const std::size_t rank = found == ranks.end() ? ranks.size() + 1 : found->second;
      scores[static_cast<std::size_t>(token.id)] = -static_cast<float>(rank);
    }
    add("scores", std::move(scores));
    add("add_space_prefix", adds_space());
  }

  // A space before the text: Llama 2's normalizer Prepend, or Metaspace.
  bool adds_space() const {
    const auto prepends = [](const auto& self, const Json& component) -> bool {
      if (!component.is_object()) return false;
      const std::string type = component.value("type", "");
      if (type == "Prepend") return true;
      if (type == "Metaspace")
        return component.value("prepend_scheme",
                               component.value("add_prefix_space", true) ? "always" : "never") != "never";
      for (const char* list : {"normalizers", "pretokenizers"}) {
        for (const Json& inner : component.value(list, Json::array())) {
          if (self(self, inner)) return true;
        }
      }
      return false;
    };
    return prepends(prepends, part("normalizer")) || prepends(prepends, part("pre_tokenizer"));
  }

  template <class KindOf>
  void write_tokens(const KindOf& kind_of) {
    std::vector<std::string> tokens(source_.rows);
    std::vector<std::int32_t> kinds(source_.rows, static_cast<std::int32_t>(TokenKind::unused));
    std::size_t beyond = 0;
    for (const Token& token : table_.tokens()) {
      const auto id = static_cast<std::size_t>(token.id);
      if (id >= source_.rows) {
        ++beyond;
        continue;
      }
      TokenKind kind = kind_of(token);
      if (token.added && kind != TokenKind::unknown)
        kind = token.added->special ? TokenKind::control : TokenKind::user_defined;
      tokens[id] = kind == TokenKind::user_defined ? replaced(token.text, kBlank, " ") : token.text;
      kinds[id] = static_cast<std::int32_t>(kind);
    }
    if (beyond > 0) {
      notes_.push_back(
          fmt::format("{} tokens have no row in the embedding of {} and are left out of the GGUF file",
                      beyond, source_.rows));
    }
    for (std::size_t id = 0; id < tokens.size(); ++id) {
      if (tokens[id].empty()) tokens[id] = fmt::format("[PAD{}]", id);
    }
    check_unique(tokens);
    add("tokens", std::move(tokens));
    add("token_type", std::move(kinds));
  }

  void check_unique(const std::vector<std::string>& tokens) const {
    std::unordered_map<std::string_view, std::size_t> first;  // looked up only
    for (std::size_t id = 0; id < tokens.size(); ++id) {
      const auto [found, fresh] = first.emplace(tokens[id], id);
      if (fresh) continue;
      refuse(fmt::format("token {} stands under the ids {} and {}", cited(tokens[id]), found->second, id),
             "llama.cpp needs unique tokens; rename one of them");
    }
  }

  // By tokenizer_config.json, else by config.json's id.
  std::optional<std::uint32_t> special_id(const char* token_key, const char* id_key) const {
    if (const auto found = settings_.find(token_key); found != settings_.end()) {
      if (const auto text = named_token(*found)) {
        if (const auto id = table_.id(*text); id && static_cast<std::size_t>(*id) < source_.rows)
          return static_cast<std::uint32_t>(*id);
      }
    }
    const Json* id = source_.config->find(id_key);
    if (id != nullptr && id->is_array() && !id->empty()) id = &id->front();
    if (id == nullptr || !id->is_number_unsigned() || id->get<std::uint64_t>() >= source_.rows)
      return std::nullopt;
    return id->get<std::uint32_t>();
  }

  void write_special_tokens() {
    constexpr std::array<std::array<const char*, 3>, 4> kKeys{
        {{"bos_token", "bos_token_id", "bos_token_id"},
         {"eos_token", "eos_token_id", "eos_token_id"},
         {"unk_token", "unk_token_id", "unknown_token_id"},
         {"pad_token", "pad_token_id", "padding_token_id"}}};
    for (const auto& [token_key, id_key, key] : kKeys) {
      if (const auto id = special_id(token_key, id_key)) add(key, *id);
    }
    // A second end, of a turn: chat models list both.
    const Json* const ends = source_.config->find("eos_token_id");
    const auto eos = special_id("eos_token", "eos_token_id");
    if (ends == nullptr || !ends->is_array()) return;
    for (const Json& end : *ends) {
      if (!end.is_number_unsigned() || end.get<std::uint64_t>() >= source_.rows) continue;
      const auto id = end.get<std::uint32_t>();
      const Token* const token = table_.at(static_cast<TokenId>(id));
      if (token == nullptr || id == eos) continue;
      if (token->text != "<|eot_id|>" && token->text != "<|im_end|>" && token->text != "<end_of_turn>")
        continue;
      add("eot_token_id", id);
      return;
    }
  }

  // The post-processor's template, alone or in a sequence; null without one.
  Json text_template() const {
    const Json processor = part("post_processor");
    if (!processor.is_object()) return nullptr;
    const auto single = [](const Json& one) {
      return one.value("type", "") == "TemplateProcessing" ? one.value("single", Json()) : Json();
    };
    if (processor.value("type", "") != "Sequence") return single(processor);
    for (const Json& one : processor.value("processors", Json::array())) {
      if (one.is_object() && one.value("type", "") == "TemplateProcessing") return single(one);
    }
    return nullptr;
  }

  // tokenizer_config.json's word, else what the template does, else what Llama's and Gemma's classes do.
  void write_added_around() {
    const Json pieces = text_template();
    const bool templated = pieces.is_array() && !pieces.empty();
    const std::string kind = settings_.value("tokenizer_class", "");
    const bool of_llama =
        kind.rfind("Llama", 0) == 0 || kind.rfind("CodeLlama", 0) == 0 || kind.rfind("Gemma", 0) == 0;
    const auto decide = [&](const char* key, bool at_edge, bool standard) {
      const auto found = settings_.find(key);
      if (found != settings_.end() && found->is_boolean()) return found->get<bool>();
      return templated ? at_edge : standard;
    };
    const auto special = [](const Json& piece) {
      return piece.is_object() && piece.contains("SpecialToken");
    };
    add("add_bos_token", decide("add_bos_token", templated && special(pieces.front()), of_llama));
    add("add_eos_token", decide("add_eos_token", templated && special(pieces.back()), false));
  }

  void write_templates() {
    constexpr const char* kKey = "tokenizer.chat_template";
    if (const Companion* const file = find_companion(source_.companions, "chat_template.jinja")) {
      metadata_.emplace_back(kKey, file->content());
      return;
    }
    const auto found = settings_.find("chat_template");
    if (found == settings_.end()) return;
    if (found->is_string()) metadata_.emplace_back(kKey, found->get<std::string>());
    if (!found->is_array()) return;
    std::vector<std::string> names;
    for (const Json& one : *found) {
      if (!one.is_object() || !one.contains("name") || !one["name"].is_string() ||
          !one.contains("template") || !one["template"].is_string())
        continue;
      const std::string name = one["name"].get<std::string>();
      if (name != "default") names.push_back(name);
      metadata_.emplace_back(name == "default" ? kKey : fmt::format("{}.{}", kKey, name),
                             one["template"].get<std::string>());
    }
    if (!names.empty()) metadata_.emplace_back("tokenizer.chat_templates", std::move(names));
  }

  const TokenizerSource& source_;
  std::vector<std::string>& notes_;
  TokenTable table_;
  Json json_;
  Json model_;
  Json settings_ = Json::object();
  Metadata metadata_;
};

}  // namespace

Metadata tokenizer_metadata(const TokenizerSource& source, std::vector<std::string>& notes) {
  return Writer(source, notes).write();
}

}  // namespace tsugi::merge::gguf
