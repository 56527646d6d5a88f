// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// BertProcessing and RobertaProcessing: [CLS] text [SEP].
#include <fmt/format.h>

#include <limits>

#include "eval/tokenizer/components.h"

namespace tsugi::eval::tokenization {
namespace {

// ["[SEP]", 102]
TokenId named_id(const Field& field) {
  const std::vector<Field> pair = field.items();
  if (pair.size() != 2 || pair[1].whole_number() >= std::numeric_limits<TokenId>::max())
    field.refuse("is no pair of a token and its id", "fetch the file again");
  return static_cast<TokenId>(pair[1].whole_number());
}

}  // namespace

PostProcessor bert_post_processor(const Field& field) {
  return bos_eos_post_processor(named_id(field.at("cls")), named_id(field.at("sep")));
}

PostProcessor roberta_post_processor(const Field& field) {
  return bert_post_processor(field);
}

}  // namespace tsugi::eval::tokenization
