// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sequence: normalizers one after the other.
#include "eval/tokenizer/components.h"

namespace tsugi::eval::tokenization {

Normalizer sequence_normalizer(const Field& field) {
  std::vector<Normalizer> steps;
  for (const Field& step : field.at("normalizers").items()) steps.push_back(make_normalizer(step));
  return [steps = std::move(steps)](std::string_view text) {
    std::string result(text);
    for (const Normalizer& step : steps) result = step(result);
    return result;
  };
}

}  // namespace tsugi::eval::tokenization
