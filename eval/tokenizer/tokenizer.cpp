// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tokenizer/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "eval/tokenizer/added_tokens.h"
#include "eval/tokenizer/components.h"
#include "eval/tokenizer/replace_all.h"
#include "eval/tokenizer/sentencepiece_model.h"
#include "eval/tokenizer/tokenizer_config.h"
#include "eval/tokenizer/unicode.h"
#include "recipes/error.h"

namespace tsugi::eval {

using tokenization::AddedToken;
using tokenization::Field;
using tokenization::TokenizerConfig;

struct Tokenizer::State {
  tokenization::Normalizer normalizer;  ///< may be empty, as the next three
  tokenization::PreTokenizer pre_tokenizer;
  tokenization::PostProcessor post_processor;
  tokenization::Decoder decoder;
  tokenization::Model model;
  tokenization::AddedTokens added;
  std::optional<TokenId> bos;
  std::optional<TokenId> eos;
  std::size_t model_max_length = SIZE_MAX;
  bool clean_up_spaces = false;
  bool split_special_tokens = false;

  void read_file(const Field& file);
  void read_sentencepiece(const std::string& bytes, const std::string& file);
  void apply(const TokenizerConfig& config);

  std::optional<TokenId> id(std::string_view token) const {
    const std::optional<TokenId> id = added.id(token);
    return id ? id : model.vocabulary.id(token);
  }
};

namespace {

/// tokenizer_config.json's added tokens: flags that differ from tokenizer.json's win, named tokens are there
/// in the end.
void add_config_tokens(tokenization::AddedTokens& added, const TokenizerConfig& config,
                       const tokenization::Vocabulary& vocabulary,
                       const tokenization::Normalizer& normalizer) {
  std::vector<AddedToken> tokens;
  const auto listed = [&](const std::string& content) {
    return std::any_of(tokens.begin(), tokens.end(),
                       [&](const AddedToken& t) { return t.content == content; });
  };
  for (const AddedToken& token : config.declared) {
    const std::optional<TokenId> id = added.id(token.content);
    if (!id || *added.token(*id) != token) tokens.push_back(token);
  }
  for (const AddedToken& token : config.named) {
    if (!added.contains(token.content) && !listed(token.content)) tokens.push_back(token);
  }
  added.add(tokens, vocabulary, normalizer);
}

/// clean_up_tokenization of transformers: its ten replacements in its order.
std::string clean_up(std::string text) {
  constexpr std::pair<std::string_view, std::string_view> kReplacements[] = {
      {" .", "."},     {" ?", "?"},   {" !", "!"},   {" ,", ","},     {" ' ", "'"},
      {" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [from, to] : kReplacements) tokenization::replace_all(text, from, to);
  return text;
}

/// tokenizer.json's post-processor, unless the config or the class decides about BOS and EOS.
tokenization::PostProcessor choose_post_processor(const Field& file, const TokenizerConfig& config,
                                                  std::optional<TokenId> bos, std::optional<TokenId> eos) {
  const std::optional<Field> field = file.find("post_processor");
  const bool class_decides = !field && tokenization::class_adds_bos(config.tokenizer_class);
  if (config.add_bos || config.add_eos || class_decides) {
    const bool add_bos = config.add_bos.value_or(tokenization::class_adds_bos(config.tokenizer_class));
    const bool add_eos = config.add_eos.value_or(false);
    return tokenization::bos_eos_post_processor(add_bos ? bos : std::nullopt, add_eos ? eos : std::nullopt);
  }
  return field ? tokenization::make_post_processor(*field) : tokenization::PostProcessor();
}

void check_version(const Field& file) {
  const std::optional<std::string> version = file.text_of("version");
  if (version && *version != "1.0") {
    file.refuse(fmt::format("has version '{}'", *version), "this version runs tokenizer.json of version 1.0");
  }
}

}  // namespace

Tokenizer::Tokenizer(std::unique_ptr<const State> state) : state_(std::move(state)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

void Tokenizer::State::read_file(const Field& file) {
  check_version(file);
  if (const auto field = file.find("normalizer")) normalizer = tokenization::make_normalizer(*field);
  if (const auto field = file.find("pre_tokenizer")) pre_tokenizer = tokenization::make_pre_tokenizer(*field);
  if (const auto field = file.find("decoder")) decoder = tokenization::make_decoder(*field);
  model = tokenization::make_model(file.at("model"));
  if (const auto field = file.find("added_tokens")) {
    std::vector<AddedToken> tokens;
    for (const Field& token : field->items()) tokens.push_back(tokenization::read_added_token(token));
    added.add(tokens, model.vocabulary, normalizer);
  }
}

void Tokenizer::State::read_sentencepiece(const std::string& bytes, const std::string& file) {
  tokenization::SentencePieceStages stages = tokenization::read_sentencepiece(bytes, file);
  model = std::move(stages.model);
  decoder = std::move(stages.decoder);
  added.add(stages.added, model.vocabulary, normalizer);
}

void Tokenizer::State::apply(const TokenizerConfig& config) {
  add_config_tokens(added, config, model.vocabulary, normalizer);
  if (config.bos) bos = id(*config.bos);
  if (config.eos) eos = id(*config.eos);
  model_max_length = config.model_max_length;
  clean_up_spaces = config.clean_up_spaces;
  split_special_tokens = config.split_special_tokens;
}

Tokenizer Tokenizer::load(const ModelFiles& files) {
  const std::string name = "tokenizer.json";
  const std::string sentencepiece = "tokenizer.model";
  TokenizerConfig config = tokenization::read_tokenizer_config(files);
  auto state = std::make_unique<State>();
  const std::optional<std::string> model = files.find(name) ? std::nullopt : files.find(sentencepiece);
  if (model) {
    state->read_sentencepiece(*model, files.path(sentencepiece));
    // The defaults of the classes of transformers that read such a file.
    if (!config.bos && state->id("<s>")) config.bos = "<s>";
    if (!config.eos && state->id("</s>")) config.eos = "</s>";
    state->apply(config);
    const bool add_bos = config.add_bos.value_or(config.tokenizer_class.empty() ||
                                                 tokenization::class_adds_bos(config.tokenizer_class));
    state->post_processor = tokenization::bos_eos_post_processor(
        add_bos ? state->bos : std::nullopt, config.add_eos.value_or(false) ? state->eos : std::nullopt);
    return Tokenizer(std::move(state));
  }
  const nlohmann::json json = tokenization::read_json(files, name);
  const Field file(json, files.path(name));
  state->read_file(file);
  state->apply(config);
  state->post_processor = choose_post_processor(file, config, state->bos, state->eos);
  return Tokenizer(std::move(state));
}

std::vector<TokenId> Tokenizer::encode(std::string_view text, Specials specials) const {
  if (const std::optional<std::size_t> at = unicode::first_invalid_utf8(text)) {
    throw InputError("text to encode", fmt::format("byte {} is not UTF-8", *at), "save the text as UTF-8");
  }
  std::vector<TokenId> ids;
  for (tokenization::Segment& segment :
       state_->added.split(text, state_->normalizer, state_->split_special_tokens)) {
    if (segment.id) {
      ids.push_back(*segment.id);
      continue;
    }
    const std::size_t end = segment.text.size();
    tokenization::Pieces pieces{std::move(segment.text), {{0, end}}, segment.first};
    if (state_->pre_tokenizer) state_->pre_tokenizer(pieces);
    for (const auto& span : pieces.spans) {
      state_->model.tokenize(state_->model.vocabulary, pieces.piece(span), ids);
    }
  }
  return state_->post_processor ? state_->post_processor(std::move(ids), specials) : ids;
}

std::string Tokenizer::decode(std::span<const TokenId> ids, bool skip_special) const {
  std::vector<std::string> tokens;
  for (const TokenId id : ids) {
    const std::string* token = state_->added.text_of(id);
    if (token == nullptr) token = state_->model.vocabulary.token(id);
    if (token == nullptr || (skip_special && state_->added.is_special(*token))) continue;
    tokens.push_back(*token);
  }
  std::string text;
  if (state_->decoder) {
    for (const std::string& part : state_->decoder(std::move(tokens))) text += part;
  } else {
    for (std::size_t i = 0; i < tokens.size(); ++i) text += (i == 0 ? "" : " ") + tokens[i];
  }
  return state_->clean_up_spaces ? clean_up(std::move(text)) : text;
}

std::size_t Tokenizer::vocabulary_size() const {
  return static_cast<std::size_t>(
      std::max(state_->model.vocabulary.largest_id(), state_->added.largest_id()) + 1);
}

std::optional<TokenId> Tokenizer::bos() const {
  return state_->bos;
}
std::optional<TokenId> Tokenizer::eos() const {
  return state_->eos;
}
std::optional<TokenId> Tokenizer::id(std::string_view token) const {
  return state_->id(token);
}
std::size_t Tokenizer::model_max_length() const {
  return state_->model_max_length;
}

}  // namespace tsugi::eval
