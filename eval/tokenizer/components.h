// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// The stages of a tokenizer.json and the tables of the components this program runs. A component is one file
// below normalizers/, pre_tokenizers/, models/, post_processors/ or decoders/ that defines one function made
// from its JSON, and one row in components.cpp.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "eval/tokenizer/json_field.h"
#include "eval/tokenizer/tokenizer.h"
#include "eval/tokenizer/vocabulary.h"

namespace tsugi::eval::tokenization {

/// A text and the pieces it is cut into, in order; what lies between pieces is gone. Pieces are never empty.
struct Pieces {
  struct Span {
    std::size_t begin;
    std::size_t end;
  };
  std::string text;
  std::vector<Span> spans;
  bool first = false;  ///< the text begins where the whole text does, of which it may be a part

  std::string_view piece(const Span& span) const {
    return std::string_view(text).substr(span.begin, span.end - span.begin);
  }
};

/// Every stage is pure: the same input gives the same output, from any thread. Text stays UTF-8.
using Normalizer = std::function<std::string(std::string_view)>;
using PreTokenizer = std::function<void(Pieces&)>;
using PostProcessor = std::function<std::vector<TokenId>(std::vector<TokenId>, Specials)>;
/// Tokens' strings to pieces of text, which are joined at the end.
using Decoder = std::function<std::vector<std::string>(std::vector<std::string>)>;

/// What turns a piece into tokens. `tokenize` appends.
struct Model {
  Vocabulary vocabulary;
  std::function<void(const Vocabulary&, std::string_view piece, std::vector<TokenId>&)> tokenize;
};

/// Each makes the component that `field`'s "type" names. Throws InputError naming a type that this version
/// does not run.
Normalizer make_normalizer(const Field& field);
PreTokenizer make_pre_tokenizer(const Field& field);
Model make_model(const Field& field);
PostProcessor make_post_processor(const Field& field);
Decoder make_decoder(const Field& field);

// The components, one file each.
Normalizer bert_normalizer(const Field& field);
Normalizer byte_level_normalizer(const Field& field);
Normalizer lowercase_normalizer(const Field& field);
Normalizer nfc_normalizer(const Field& field);
Normalizer nfd_normalizer(const Field& field);
Normalizer nfkc_normalizer(const Field& field);
Normalizer nfkd_normalizer(const Field& field);
Normalizer nmt_normalizer(const Field& field);
Normalizer precompiled_normalizer(const Field& field);
Normalizer prepend_normalizer(const Field& field);
Normalizer replace_normalizer(const Field& field);
Normalizer strip_normalizer(const Field& field);
Normalizer strip_accents_normalizer(const Field& field);
Normalizer sequence_normalizer(const Field& field);
PreTokenizer byte_level_pre_tokenizer(const Field& field);
PreTokenizer bert_pre_tokenizer(const Field& field);
PreTokenizer char_delimiter_pre_tokenizer(const Field& field);
PreTokenizer fixed_length_pre_tokenizer(const Field& field);
PreTokenizer metaspace_pre_tokenizer(const Field& field);
PreTokenizer punctuation_pre_tokenizer(const Field& field);
PreTokenizer whitespace_pre_tokenizer(const Field& field);
PreTokenizer whitespace_split_pre_tokenizer(const Field& field);
PreTokenizer digits_pre_tokenizer(const Field& field);
PreTokenizer sequence_pre_tokenizer(const Field& field);
PreTokenizer split_pre_tokenizer(const Field& field);
PreTokenizer unicode_scripts_pre_tokenizer(const Field& field);
Model bpe_model(const Field& field);
Model unigram_model(const Field& field);
Model word_level_model(const Field& field);
Model word_piece_model(const Field& field);
PostProcessor bert_post_processor(const Field& field);
PostProcessor byte_level_post_processor(const Field& field);
PostProcessor roberta_post_processor(const Field& field);
PostProcessor sequence_post_processor(const Field& field);
PostProcessor template_post_processor(const Field& field);
Decoder bpe_decoder(const Field& field);
Decoder byte_fallback_decoder(const Field& field);
Decoder ctc_decoder(const Field& field);
Decoder fuse_decoder(const Field& field);
Decoder metaspace_decoder(const Field& field);
Decoder replace_decoder(const Field& field);
Decoder sequence_decoder(const Field& field);
Decoder strip_decoder(const Field& field);
Decoder word_piece_decoder(const Field& field);
Decoder byte_level_decoder(const Field& field);

/// [bos] text [eos]: what a tokenizer_config.json asks for with add_bos_token and add_eos_token.
PostProcessor bos_eos_post_processor(std::optional<TokenId> bos, std::optional<TokenId> eos);

}  // namespace tsugi::eval::tokenization
