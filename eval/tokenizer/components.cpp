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

constexpr Row<Normalizer> kNormalizers[] = {{"NFC", nfc_normalizer},
                                            {"NFD", nfd_normalizer},
                                            {"NFKC", nfkc_normalizer},
                                            {"NFKD", nfkd_normalizer},
                                            {"Sequence", sequence_normalizer}};
constexpr Row<PreTokenizer> kPreTokenizers[] = {{"ByteLevel", byte_level_pre_tokenizer},
                                                {"Digits", digits_pre_tokenizer},
                                                {"Sequence", sequence_pre_tokenizer},
                                                {"Split", split_pre_tokenizer}};
constexpr Row<Model> kModels[] = {{"BPE", bpe_model}};
constexpr Row<PostProcessor> kPostProcessors[] = {{"ByteLevel", byte_level_post_processor},
                                                  {"Sequence", sequence_post_processor},
                                                  {"TemplateProcessing", template_post_processor}};
constexpr Row<Decoder> kDecoders[] = {{"ByteLevel", byte_level_decoder}};

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
