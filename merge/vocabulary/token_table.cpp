// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/vocabulary/token_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <map>
#include <utility>

#include "merge/checkpoint/json.h"
#include "recipes/error.h"

namespace tsugi::merge {
namespace {

using Json = nlohmann::ordered_json;
using Token = TokenTable::Token;

constexpr std::string_view kFetchAgain = "fetch the file again";
constexpr std::array<std::string_view, 7> kNamed{"bos_token", "eos_token", "unk_token", "sep_token",
                                                 "pad_token", "cls_token", "mask_token"};
// The second is what transformers 5 calls the first.
constexpr std::array<std::string_view, 2> kNamedLists{"additional_special_tokens", "extra_special_tokens"};

bool flag(const Json& object, const char* key, bool standard) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() ? found->get<bool>() : standard;
}

TokenId checked_id(const Json& value, const std::string& token, const std::string& file) {
  constexpr std::uint64_t kLargest = std::numeric_limits<TokenId>::max() - 1;  // 1 + id must fit too
  if (value.is_number_unsigned() && value.get<std::uint64_t>() <= kLargest) return value.get<TokenId>();
  throw InputError(file, fmt::format("token {} has the id {}", cited(token), cited(value.dump())),
                   "an id is a whole number below 2^31 - 1; fetch the file again");
}

class Reader {
 public:
  Reader(std::span<const Companion> companions, const std::string& place)
      : companions_(companions), place_(place) {}

  std::vector<Token> read(std::string& file) {
    if (const Companion* tokenizer = find_companion(companions_, "tokenizer.json")) {
      file = file_ = name_of(*tokenizer);
      from_tokenizer(parse(*tokenizer));
    } else if (const Companion* vocabulary = find_companion(companions_, "vocab.json")) {
      file = file_ = name_of(*vocabulary);
      from_vocabulary(parse(*vocabulary));
    } else {
      const bool pieces = find_companion(companions_, "tokenizer.model") != nullptr ||
                          find_companion(companions_, "spiece.model") != nullptr;
      throw InputError(
          place_,
          fmt::format("no tokenizer.json{}", pieces ? ", only a SentencePiece model" : " or vocab.json"),
          "save the tokenizer once with transformers: "
          "AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)");
    }
    from_config();
    std::sort(tokens_.begin(), tokens_.end(), [](const Token& a, const Token& b) { return a.id < b.id; });
    for (std::size_t i = 1; i < tokens_.size(); ++i) {
      if (tokens_[i].id != tokens_[i - 1].id) continue;
      throw InputError(file_,
                       fmt::format("tokens {} and {} have the same id {}", cited(tokens_[i - 1].text),
                                   cited(tokens_[i].text), tokens_[i].id),
                       kFetchAgain);
    }
    return std::move(tokens_);
  }

 private:
  std::string name_of(const Companion& companion) const {
    return fmt::format("{}/{}", place_, companion.name);
  }

  Json parse(const Companion& companion) const {
    bool had_bom = false;
    Json json = parse_ordered_json(companion.content(), name_of(companion), &had_bom);
    if (json.is_object()) return json;
    throw InputError(name_of(companion), "is not a JSON object", kFetchAgain);
  }

  void from_tokenizer(const Json& json) {
    const auto model = json.find("model");
    if (model == json.end() || !model->is_object() || !model->contains("vocab")) {
      throw InputError(file_, "has no model with a vocab", kFetchAgain);
    }
    const Json& vocabulary = (*model)["vocab"];
    vocabulary.is_array() ? from_pieces(vocabulary) : from_object(vocabulary);
    const auto added = json.find("added_tokens");
    if (added == json.end() || !added->is_array()) return;
    for (const Json& entry : *added) add(read_added(entry, file_), std::nullopt, false);
  }

  // BPE, WordPiece and WordLevel: {token: id}.
  void from_object(const Json& vocabulary) {
    if (!vocabulary.is_object())
      throw InputError(file_, "model.vocab is neither object nor list", kFetchAgain);
    for (const auto& [text, id] : vocabulary.items()) keep({.text = text, .id = checked_id(id, text, file_)});
    own_ = tokens_.size();
  }

  // Unigram: [[token, score], …], numbered in order.
  void from_pieces(const Json& pieces) {
    for (const Json& piece : pieces) {
      if (!piece.is_array() || piece.empty() || !piece[0].is_string()) {
        throw InputError(file_, fmt::format("piece {} of model.vocab is no [token, score]", tokens_.size()),
                         kFetchAgain);
      }
      keep({.text = piece[0].get<std::string>(), .id = static_cast<TokenId>(tokens_.size())});
    }
    own_ = tokens_.size();
  }

  // Slow tokenizers: here the ids of added tokens are those of the file.
  void from_vocabulary(const Json& json) {
    from_object(json);
    const Companion* file = find_companion(companions_, "added_tokens.json");
    if (file == nullptr) return;
    const Json added = parse(*file);
    for (const auto& [text, id] : added.items()) {
      add({.content = text, .normalized = true}, checked_id(id, text, name_of(*file)), false);
    }
  }

  void from_config() {
    Json config = Json::object();
    for (const char* name : {"tokenizer_config.json", "special_tokens_map.json"}) {
      const Companion* file = find_companion(companions_, name);
      if (file == nullptr) continue;
      const Json settings = parse(*file);
      for (const auto& [key, value] : settings.items()) {
        if (!config.contains(key)) config[key] = value;  // what the first file says stands
      }
    }
    declared(config);
    for (const std::string_view key : kNamed) {
      if (const auto found = config.find(key); found != config.end()) name(*found);
    }
    for (const std::string_view key : kNamedLists) {
      const auto found = config.find(key);
      if (found == config.end() || !found->is_array()) continue;
      for (const Json& entry : *found) name(entry);
    }
  }

  // added_tokens_decoder, by id: its flags win over those of tokenizer.json.
  void declared(const Json& config) {
    const auto table = config.find("added_tokens_decoder");
    if (table == config.end() || !table->is_object()) return;
    std::map<TokenId, AddedToken> by_id;
    for (const auto& [key, value] : table->items()) {
      TokenId id = 0;
      const char* const end = key.data() + key.size();
      if (std::from_chars(key.data(), end, id).ptr != end || id < 0) {
        throw InputError(fmt::format("{}/tokenizer_config.json", place_),
                         fmt::format("added_tokens_decoder has the key {}", cited(key)),
                         "keys are ids of tokens");
      }
      by_id.emplace(id, read_added(value, fmt::format("{}/tokenizer_config.json", place_)));
    }
    for (auto& [id, token] : by_id) add(std::move(token), std::nullopt, true);
  }

  // A named token is added as a special one if no file has it.
  void name(const Json& value) {
    const std::optional<std::string> text = named_token(value);
    if (!text || text->empty() || place_of_.count(*text) != 0) return;
    AddedToken token{.content = *text, .special = true};
    if (value.is_object()) token = read_added(value, place_);
    token.special = true;
    add(std::move(token), std::nullopt, true);
  }

  static AddedToken read_added(const Json& entry, const std::string& file) {
    if (!entry.is_object() || !entry.contains("content") || !entry["content"].is_string()) {
      throw InputError(file, fmt::format("added token {} has no content", cited(entry.dump())), kFetchAgain);
    }
    const bool special = flag(entry, "special", false);
    return {.content = entry["content"].get<std::string>(),
            .single_word = flag(entry, "single_word", false),
            .lstrip = flag(entry, "lstrip", false),
            .rstrip = flag(entry, "rstrip", false),
            .normalized = flag(entry, "normalized", !special),
            .special = special};
  }

  // A token of the vocabulary keeps its id; others are numbered on from the largest of vocabulary size and
  // last added id + 1.
  void add(AddedToken token, std::optional<TokenId> id, bool implied) {
    if (token.content.empty()) return;
    const auto [found, fresh] = place_of_.emplace(token.content, tokens_.size());
    if (!fresh) {
      Token& known = tokens_[found->second];
      last_added_ = std::max(last_added_, known.id);
      known.added = std::move(token);
      return;
    }
    const TokenId next = std::max(static_cast<TokenId>(own_), last_added_ + 1);
    tokens_.push_back({.text = token.content, .id = id.value_or(next), .added = token, .implied = implied});
    last_added_ = std::max(last_added_, tokens_.back().id);
  }

  void keep(Token token) {
    if (!place_of_.emplace(token.text, tokens_.size()).second) {
      throw InputError(file_, fmt::format("token {} stands twice in the vocabulary", cited(token.text)),
                       kFetchAgain);
    }
    tokens_.push_back(std::move(token));
  }

  std::span<const Companion> companions_;
  const std::string& place_;
  std::string file_;
  std::vector<Token> tokens_;
  std::unordered_map<std::string, std::size_t> place_of_;  // looked up only
  std::size_t own_ = 0;                                    // tokens of the model's own vocabulary
  TokenId last_added_ = -1;
};

}  // namespace

nlohmann::ordered_json added_token_json(const AddedToken& token, std::optional<TokenId> id) {
  Json json = Json::object();
  if (id) json["id"] = *id;
  json["content"] = token.content;
  if (!id) {  // in the order of either file
    json["lstrip"] = token.lstrip;
    json["normalized"] = token.normalized;
    json["rstrip"] = token.rstrip;
    json["single_word"] = token.single_word;
  } else {
    json["single_word"] = token.single_word;
    json["lstrip"] = token.lstrip;
    json["rstrip"] = token.rstrip;
    json["normalized"] = token.normalized;
  }
  json["special"] = token.special;
  return json;
}

TokenTable TokenTable::read(std::span<const Companion> companions, const std::string& place) {
  TokenTable table;
  table.tokens_ = Reader(companions, place).read(table.file_);
  table.build_index();
  return table;
}

void TokenTable::build_index() {
  index_.reserve(tokens_.size());
  for (std::size_t i = 0; i < tokens_.size(); ++i) index_.emplace(tokens_[i].text, i);
}

const TokenTable::Token* TokenTable::find(std::string_view text) const {
  const auto found = index_.find(text);
  return found == index_.end() ? nullptr : &tokens_[found->second];
}

const TokenTable::Token* TokenTable::at(TokenId id) const {
  const auto found = std::lower_bound(tokens_.begin(), tokens_.end(), id,
                                      [](const Token& token, TokenId wanted) { return token.id < wanted; });
  return found != tokens_.end() && found->id == id ? &*found : nullptr;
}

std::optional<TokenId> TokenTable::id(std::string_view text) const {
  const Token* token = find(text);
  return token == nullptr ? std::nullopt : std::optional(token->id);
}

const Companion* find_companion(std::span<const Companion> companions, std::string_view name) {
  const auto found = std::find_if(companions.begin(), companions.end(),
                                  [&](const Companion& companion) { return companion.name == name; });
  return found == companions.end() ? nullptr : &*found;
}

std::span<const std::string_view> named_token_keys() {
  return kNamed;
}
std::span<const std::string_view> named_token_lists() {
  return kNamedLists;
}

std::optional<std::string> named_token(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_object()) return std::nullopt;
  const auto content = value.find("content");
  if (content == value.end() || !content->is_string()) return std::nullopt;
  return content->get<std::string>();
}

}  // namespace tsugi::merge
