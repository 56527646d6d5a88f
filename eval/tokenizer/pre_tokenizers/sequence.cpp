// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sequence: pre-tokenizers one after the other, each inside the pieces of the one before.
#include "eval/tokenizer/components.h"

namespace tsugi::eval::tokenization {

PreTokenizer sequence_pre_tokenizer(const Field& field) {
  std::vector<PreTokenizer> steps;
  for (const Field& step : field.at("pretokenizers").items()) steps.push_back(make_pre_tokenizer(step));
  return [steps = std::move(steps)](Pieces& pieces) {
    for (const PreTokenizer& step : steps) step(pieces);
  };
}

}  // namespace tsugi::eval::tokenization
