// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// ByteLevel: trims offsets in the original; the ids stay as they are.
#include "eval/tokenizer/components.h"

namespace tsugi::eval::tokenization {

PostProcessor byte_level_post_processor(const Field&) {
  return [](std::vector<TokenId> ids, Specials) { return ids; };
}

}  // namespace tsugi::eval::tokenization
