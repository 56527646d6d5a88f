// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
#include "eval/tokenizer/components.h"

#include <fmt/format.h>

#include <span>

namespace tsugi::eval::tokenization {
namespace {

template <class Component>
struct Row {
  std::string_view type;
  Component (*make)(const Field&);
};

constexpr Row<Normalizer> kNormalizers[] = {{"BertNormalizer", bert_normalizer},
                                            {"ByteLevel", byte_level_normalizer},
                                            {"Lowercase", lowercase_normalizer},
                                            {"NFC", nfc_normalizer},
                                            {"NFD", nfd_normalizer},
                                            {"NFKC", nfkc_normalizer},
                                            {"NFKD", nfkd_normalizer},
                                            {"Nmt", nmt_normalizer},
                                            {"Precompiled", precompiled_normalizer},
                                            {"Prepend", prepend_normalizer},
                                            {"Replace", replace_normalizer},
                                            {"Sequence", sequence_normalizer},
                                            {"Strip", strip_normalizer},
                                            {"StripAccents", strip_accents_normalizer}};
constexpr Row<PreTokenizer> kPreTokenizers[] = {{"BertPreTokenizer", bert_pre_tokenizer},
                                                {"ByteLevel", byte_level_pre_tokenizer},
                                                {"CharDelimiterSplit", char_delimiter_pre_tokenizer},
                                                {"Digits", digits_pre_tokenizer},
                                                {"FixedLength", fixed_length_pre_tokenizer},
                                                {"Metaspace", metaspace_pre_tokenizer},
                                                {"Punctuation", punctuation_pre_tokenizer},
                                                {"Sequence", sequence_pre_tokenizer},
                                                {"Split", split_pre_tokenizer},
                                                {"UnicodeScripts", unicode_scripts_pre_tokenizer},
                                                {"Whitespace", whitespace_pre_tokenizer},
                                                {"WhitespaceSplit", whitespace_split_pre_tokenizer}};
constexpr Row<Model> kModels[] = {{"BPE", bpe_model},
                                  {"Unigram", unigram_model},
                                  {"WordLevel", word_level_model},
                                  {"WordPiece", word_piece_model}};
constexpr Row<PostProcessor> kPostProcessors[] = {{"BertProcessing", bert_post_processor},
                                                  {"ByteLevel", byte_level_post_processor},
                                                  {"RobertaProcessing", roberta_post_processor},
                                                  {"Sequence", sequence_post_processor},
                                                  {"TemplateProcessing", template_post_processor}};
constexpr Row<Decoder> kDecoders[] = {{"BPEDecoder", bpe_decoder},
                                      {"ByteFallback", byte_fallback_decoder},
                                      {"ByteLevel", byte_level_decoder},
                                      {"CTC", ctc_decoder},
                                      {"Fuse", fuse_decoder},
                                      {"Metaspace", metaspace_decoder},
                                      {"Replace", replace_decoder},
                                      {"Sequence", sequence_decoder},
                                      {"Strip", strip_decoder},
                                      {"WordPiece", word_piece_decoder}};

template <class Component>
Component make(const Field& field, std::span<const Row<Component>> rows) {
  const std::string type = field.at("type").text();
  std::string known;
  for (const Row<Component>& row : rows) {
    if (row.type == type) return row.make(field);
    known += fmt::format("{}{}", known.empty() ? "" : ", ", row.type);
  }
  field.refuse(fmt::format("is of type '{}'", type), fmt::format("this version runs {}", known));
}

}  // namespace

Normalizer make_normalizer(const Field& field) {
  return make<Normalizer>(field, kNormalizers);
}
PreTokenizer make_pre_tokenizer(const Field& field) {
  return make<PreTokenizer>(field, kPreTokenizers);
}
Model make_model(const Field& field) {
  return make<Model>(field, kModels);
}
PostProcessor make_post_processor(const Field& field) {
  return make<PostProcessor>(field, kPostProcessors);
}
Decoder make_decoder(const Field& field) {
  return make<Decoder>(field, kDecoders);
}

}  // namespace tsugi::eval::tokenization
