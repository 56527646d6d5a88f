// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "merge/gguf/tokenizer_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "merge/checkpoint/json.h"
#include "merge/gguf/pre_tokenizer.h"
#include "merge/gguf/tokenizer_metadata.h"
#include "merge/vocabulary/token_table.h"
#include "recipes/error.h"

namespace tsugi::merge::gguf {
namespace {

using Json = nlohmann::ordered_json;

// Finding a piece's halves takes the square of its length. SentencePiece makes pieces of 16 characters at
// most unless told otherwise.
constexpr std::size_t kLongestPiece = 1024;
constexpr const char* kBlank = "\xE2\x96\x81";  // U+2581, SentencePiece's space

class Maker {
 public:
  Maker(const Header& header, std::vector<std::string>& notes)
      : header_(header), notes_(notes), tokens_(header.texts("tokenizer.ggml.tokens")) {}

  std::vector<Companion> make() {
    const std::string kind = header_.text("tokenizer.ggml.model").value_or("none");
    if (tokens_ == nullptr || tokens_->empty()) return without("holds no tokens");
    read_kinds();
    Json tokenizer{
        {"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr}, {"added_tokens", added_tokens()}};
    if (kind == "gpt2") {
      if (!byte_level(tokenizer)) return {};
    } else if (kind == "llama") {
      pieces(tokenizer);
    } else {
      return without(fmt::format("has a tokenizer of the kind {}", cited(kind)));
    }
    return {{.name = "tokenizer.json", .text = dumped(tokenizer)},
            {.name = "tokenizer_config.json", .text = dumped(settings())}};
  }

 private:
  static std::string dumped(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }

  std::vector<Companion> without(const std::string& why) {
    notes_.push_back(fmt::format("{} {}; no tokenizer.json is made from it", header_.file, why));
    return {};
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw InputError(header_.file, what, "use the folder the file was made from");
  }

  void read_kinds() {
    kinds_.assign(tokens_->size(), static_cast<std::int32_t>(TokenKind::normal));
    const Value* const value = header_.find("tokenizer.ggml.token_type");
    if (value == nullptr) return;
    const auto* const kinds = std::get_if<std::vector<std::int32_t>>(value);
    if (kinds == nullptr || kinds->size() != tokens_->size())
      refuse("tokens and their types are not equally many");
    kinds_ = *kinds;
  }

  TokenKind kind_of(std::size_t id) const { return static_cast<TokenKind>(kinds_[id]); }

  bool is_added(std::size_t id) const {
    const TokenKind kind = kind_of(id);
    return kind == TokenKind::control || kind == TokenKind::user_defined || kind == TokenKind::unknown;
  }

  // A row without a token, which a writer has named after its number.
  bool is_filler(std::size_t id) const {
    return kind_of(id) == TokenKind::unused && (*tokens_)[id] == fmt::format("[PAD{}]", id);
  }

  Json added_tokens() const {
    Json list = Json::array();
    for (std::size_t id = 0; id < tokens_->size(); ++id) {
      if (!is_added(id)) continue;
      const bool special = kind_of(id) != TokenKind::user_defined;
      list.push_back(
          added_token_json({.content = (*tokens_)[id], .special = special}, static_cast<TokenId>(id)));
    }
    return list;
  }

  // Added tokens are part of it: their ids are then those of the file whatever order they stand in.
  Json vocabulary() const {
    Json vocabulary = Json::object();
    // An ordered map would look through all keys before adding one.
    auto& rows = static_cast<Json::object_t::Container&>(vocabulary.get_ref<Json::object_t&>());
    std::unordered_set<std::string_view> seen;
    for (std::size_t id = 0; id < tokens_->size(); ++id) {
      if (is_filler(id)) continue;
      const std::string& token = (*tokens_)[id];
      if (!seen.insert(token).second) refuse("a token stands under two ids");
      rows.emplace_back(token, id);
    }
    return vocabulary;
  }

  Json model(const std::optional<std::string>& unknown, bool fallback, bool whole_pieces, Json merges) const {
    return {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", unknown ? Json(*unknown) : Json(nullptr)},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", fallback},
            {"byte_fallback", fallback},
            {"ignore_merges", whole_pieces},
            {"vocab", vocabulary()},
            {"merges", std::move(merges)}};
  }

  bool byte_level(Json& tokenizer) {
    const std::string pre = header_.text("tokenizer.ggml.pre").value_or("default");
    Json split = pre_tokenizer_of(pre);
    const std::vector<std::string>* const lines = header_.texts("tokenizer.ggml.merges");
    if (split.is_null() || lines == nullptr) {
      without(lines == nullptr ? "has no merges" : fmt::format("splits text as {}", cited(pre)));
      return false;
    }
    Json merges = Json::array();
    for (const std::string& line : *lines) {
      const std::size_t space = line.find(' ', 1);
      if (space == std::string::npos) refuse(fmt::format("merge {} is no pair of tokens", merges.size()));
      merges.push_back({line.substr(0, space), line.substr(space + 1)});
    }
    const bool qwen = split.dump() == pre_tokenizer_of("qwen2").dump();
    const bool whole_pieces = split.dump() == pre_tokenizer_of("llama-bpe").dump() ||
                              split.dump() == pre_tokenizer_of("tekken").dump();  // as llama.cpp has it
    tokenizer["normalizer"] = qwen ? Json{{"type", "NFC"}} : Json(nullptr);
    tokenizer["pre_tokenizer"] = std::move(split);
    tokenizer["post_processor"] = around();
    tokenizer["decoder"] = {
        {"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}};
    tokenizer["model"] = model(std::nullopt, false, whole_pieces, std::move(merges));
    return true;
  }

  void pieces(Json& tokenizer) const {
    const bool prefix = header_.flag("tokenizer.ggml.add_space_prefix").value_or(true);
    const Json blanks{{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", kBlank}};
    const Json first{{"type", "Prepend"}, {"prepend", kBlank}};
    tokenizer["normalizer"] = prefix ? Json{{"type", "Sequence"}, {"normalizers", {first, blanks}}} : blanks;
    tokenizer["pre_tokenizer"] = nullptr;
    tokenizer["post_processor"] = around();
    Json decoders = Json::array();
    decoders.push_back({{"type", "Replace"}, {"pattern", {{"String", kBlank}}}, {"content", " "}});
    decoders.push_back({{"type", "ByteFallback"}});
    decoders.push_back({{"type", "Fuse"}});
    if (prefix) decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    tokenizer["decoder"] = {{"type", "Sequence"}, {"decoders", std::move(decoders)}};
    tokenizer["model"] = model(token("unknown_token_id"), true, false, merges_of_scores());
  }

  // What transformers does with SentencePiece models: every way to make a piece of two others, the highest
  // score first, equal scores in the order of ids.
  Json merges_of_scores() const {
    const Value* const value = header_.find("tokenizer.ggml.scores");
    const auto* const scores = value == nullptr ? nullptr : std::get_if<std::vector<float>>(value);
    if (scores == nullptr || scores->size() != tokens_->size())
      refuse("tokens and their scores are not equally many");
    std::unordered_map<std::string_view, std::size_t> ids;  // looked up only
    for (std::size_t id = 0; id < tokens_->size(); ++id) {
      if (kind_of(id) == TokenKind::normal) ids.emplace((*tokens_)[id], id);
    }
    std::vector<std::tuple<float, std::size_t, std::size_t>> found;
    for (std::size_t id = 0; id < tokens_->size(); ++id) {
      if (kind_of(id) != TokenKind::normal) continue;
      const std::string_view whole = (*tokens_)[id];
      if (whole.size() > kLongestPiece)
        refuse(fmt::format("token {} has {} bytes, at most {} are read", id, whole.size(), kLongestPiece));
      for (std::size_t cut = 1; cut < whole.size(); ++cut) {
        const auto left = ids.find(whole.substr(0, cut));
        const auto right = ids.find(whole.substr(cut));
        if (left != ids.end() && right != ids.end())
          found.emplace_back(-(*scores)[id], left->second, right->second);
      }
    }
    std::sort(found.begin(), found.end());
    Json merges = Json::array();
    for (const auto& [score, left, right] : found) merges.push_back({(*tokens_)[left], (*tokens_)[right]});
    return merges;
  }

  std::optional<std::string> token(std::string_view key) const {
    const auto id = header_.count(fmt::format("tokenizer.ggml.{}", key));
    if (!id || *id >= tokens_->size()) return std::nullopt;
    return (*tokens_)[*id];
  }

  // The post-processor that puts BOS and EOS around a text; null when neither is added.
  Json around() const {
    const bool pieces =
        header_.text("tokenizer.ggml.model") == "llama";  // which has BOS unless a file says otherwise
    const auto bos =
        header_.flag("tokenizer.ggml.add_bos_token").value_or(pieces) ? token("bos_token_id") : std::nullopt;
    const auto eos =
        header_.flag("tokenizer.ggml.add_eos_token").value_or(false) ? token("eos_token_id") : std::nullopt;
    if (!bos && !eos) return nullptr;
    const auto special = [](const std::string& text, int type) {
      return Json{{"SpecialToken", {{"id", text}, {"type_id", type}}}};
    };
    Json single = Json::array();
    Json pair = Json::array();
    for (const char* part : {"A", "B"}) {
      const int type = part[0] == 'A' ? 0 : 1;
      Json one = Json::array();
      if (bos) one.push_back(special(*bos, type));
      one.push_back({{"Sequence", {{"id", part}, {"type_id", type}}}});
      if (eos) one.push_back(special(*eos, type));
      if (type == 0) single = one;
      pair.insert(pair.end(), one.begin(), one.end());
    }
    Json tokens = Json::object();
    if (bos) tokens[*bos] = described(*bos, "bos_token_id");
    if (eos) tokens[*eos] = described(*eos, "eos_token_id");
    return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", tokens}};
  }

  Json described(const std::string& text, std::string_view key) const {
    return {
        {"id", text}, {"ids", {*header_.count(fmt::format("tokenizer.ggml.{}", key))}}, {"tokens", {text}}};
  }

  Json settings() const {
    Json settings = Json::object();
    for (const auto& [name, key] : {std::pair("add_bos_token", "tokenizer.ggml.add_bos_token"),
                                    std::pair("add_eos_token", "tokenizer.ggml.add_eos_token")}) {
      if (const auto value = header_.flag(key)) settings[name] = *value;
    }
    for (const auto& [name, key] :
         {std::pair("bos_token", "bos_token_id"), std::pair("eos_token", "eos_token_id"),
          std::pair("unk_token", "unknown_token_id"), std::pair("pad_token", "padding_token_id")}) {
      if (const auto text = token(key)) settings[name] = *text;
    }
    if (const auto text = header_.text("tokenizer.chat_template")) settings["chat_template"] = *text;
    settings["clean_up_tokenization_spaces"] = false;
    settings["tokenizer_class"] = "PreTrainedTokenizerFast";
    return settings;
  }

  const Header& header_;
  std::vector<std::string>& notes_;
  const std::vector<std::string>* tokens_;
  std::vector<std::int32_t> kinds_;
};

}  // namespace

std::vector<Companion> tokenizer_companions(const Header& header, std::vector<std::string>& notes) {
  return Maker(header, notes).make();
}

}  // namespace tsugi::merge::gguf
