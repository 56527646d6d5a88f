// SPDX-FileCopyrightText: 2026 The Tsugi authors
// SPDX-License-Identifier: Apache-2.0
//
// Vocabularies of checkpoints, read once however many merges are planned.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "merge/vocabulary/token_table.h"

namespace tsugi::merge {

class Checkpoint;

/// How far two models mean the same by the same ids.
struct VocabularyDifference {
  std::size_t moved = 0;       ///< tokens of both under different ids
  std::string moved_examples;  ///< the first five: "'a' 3 and 5, …"
  std::size_t renamed = 0;     ///< ids whose tokens differ and are not moved
  std::string renamed_examples;
  std::string unknown;  ///< why nothing is known; "" otherwise
};

/// Not thread-safe, as the CheckpointStore that holds it.
class VocabularyCache {
 public:
  /// Throws InputError when the folder has no tokenizer that can be read.
  std::shared_ptr<const TokenTable> table(const Checkpoint& checkpoint);
  /// Never throws for tokenizers that cannot be read; a model without any differs from none.
  const VocabularyDifference& difference(const Checkpoint& a, const Checkpoint& b);

 private:
  std::map<std::string, std::shared_ptr<const TokenTable>> tables_;  // by folder
  std::map<std::pair<std::string, std::string>, VocabularyDifference> differences_;
};

}  // namespace tsugi::merge
