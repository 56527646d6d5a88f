// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Sequence: post-processors one after the other.
#include "eval/tokenizer/components.h"

namespace tsugi::eval::tokenization {

PostProcessor sequence_post_processor(const Field& field) {
  std::vector<PostProcessor> steps;
  for (const Field& step : field.at("processors").items()) steps.push_back(make_post_processor(step));
  return [steps = std::move(steps)](std::vector<TokenId> ids, Specials specials) {
    for (const PostProcessor& step : steps) ids = step(std::move(ids), specials);
    return ids;
  };
}

}  // namespace tsugi::eval::tokenization
